// Reads the times people type: `now-15m`, RFC 3339, and dates without a zone in the zone the page shows.

export type Zone = "utc" | "local";

const UNIT_MS: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };
const RELATIVE = /^now(?:\s*([+-])\s*(\d{1,6})\s*([smhdw]))?$/i;
const PLAIN = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?$/;

/** Milliseconds since the epoch, or undefined when the text is no time. */
export function parseTime(text: string, zone: Zone, now: number): number | undefined {
  const relative = RELATIVE.exec(text.trim());
  if (relative !== null) {
    const [, sign, amount, unit] = relative;
    if (sign === undefined || amount === undefined || unit === undefined) return now;
    return now + (sign === "-" ? -1 : 1) * Number(amount) * (UNIT_MS[unit.toLowerCase()] ?? 0);
  }
  return PLAIN.test(text.trim()) ? parsePlain(text.trim(), zone) : parseInstant(text.trim());
}

function parseInstant(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i.test(text)) return undefined;
  const time = Date.parse(text.replace(" ", "T").replace(/(\.\d{3})\d+/, "$1"));
  return Number.isNaN(time) ? undefined : time;
}

function parsePlain(text: string, zone: Zone): number | undefined {
  const [year, month, day, hour, minute, second] = (PLAIN.exec(text) ?? []).slice(1, 7).map((part) => Number(part || 0));
  const millis = Number(`0.${PLAIN.exec(text)?.[7] ?? "0"}`) * 1000;
  const parts = [year ?? 0, (month ?? 1) - 1, day ?? 1, hour ?? 0, minute ?? 0, second ?? 0, Math.floor(millis)] as const;
  const time = zone === "utc" ? Date.UTC(...parts) : new Date(...parts).getTime();
  const back = new Date(time);
  // 31 February would silently become 3 March.
  const same = zone === "utc" ? back.getUTCDate() === parts[2] : back.getDate() === parts[2];
  return same && parts[3] < 24 && parts[4] < 60 && parts[5] < 60 ? time : undefined;
}

export const isRelative = (text: string): boolean => RELATIVE.test(text.trim());

export const iso = (time: number): string => new Date(time).toISOString();

/** Server times carry nanoseconds; the page counts in milliseconds. */
export function millisOf(time: string | number): number {
  return typeof time === "number" ? time : Date.parse(time.replace(/(\.\d{3})\d+/, "$1"));
}
