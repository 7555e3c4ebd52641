// The ready ranges, and how a range is called.
import { minute } from "./format";
import { iso, isRelative, parseTime, type Zone } from "./parse";

export interface Range {
  readonly from: string;
  readonly to: string;
}

export const PRESETS: readonly { readonly label: string; readonly from: string }[] = [
  { label: "Last 5 minutes", from: "now-5m" },
  { label: "Last 15 minutes", from: "now-15m" },
  { label: "Last hour", from: "now-1h" },
  { label: "Last 4 hours", from: "now-4h" },
  { label: "Last 24 hours", from: "now-24h" },
  { label: "Last 7 days", from: "now-7d" },
  { label: "Last 30 days", from: "now-30d" },
  { label: "Last year", from: "now-365d" },
  { label: "Seven years", from: "now-2557d" },
];

export const DEFAULT_RANGE: Range = { from: "now-15m", to: "now" };

export function rangeLabel(range: Range, zone: Zone): string {
  const preset = PRESETS.find((known) => known.from === range.from);
  if (preset !== undefined && range.to === "now") return preset.label;
  const show = (text: string): string => {
    const time = isRelative(text) ? undefined : parseTime(text, zone, 0);
    return time === undefined ? text : minute(time, zone);
  };
  const [from, to] = [show(range.from), show(range.to)];
  return `${from} \u2013 ${to.slice(0, 10) === from.slice(0, 10) && to.length > 10 ? to.slice(11) : to}`;
}

/** The same length of time before or after; what is now becomes a time that stays. */
export function shifted(range: Range, zone: Zone, steps: number, now = Date.now()): Range {
  const [from, to] = [parseTime(range.from, zone, now), parseTime(range.to, zone, now)];
  if (from === undefined || to === undefined) return range;
  const by = steps * (to - from);
  return { from: iso(from + by), to: iso(to + by) };
}
