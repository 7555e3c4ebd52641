// Writes times and spans for people.
import { millisOf, type Zone } from "./parse";

const two = (value: number): string => `${value}`.padStart(2, "0");

interface Clock {
  readonly day: string;
  readonly time: string;
  readonly millis: string;
}

function clock(time: number, zone: Zone): Clock {
  const shifted = zone === "utc" ? time : time - new Date(time).getTimezoneOffset() * 6e4;
  if (Number.isNaN(shifted)) return { day: "?", time: "?", millis: "" };
  const date = new Date(shifted);
  return {
    day: `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`,
    time: `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`,
    millis: `${date.getUTCMilliseconds()}`.padStart(3, "0"),
  };
}

export function timeOfDay(timestamp: string, zone: Zone): string {
  const parts = clock(millisOf(timestamp), zone);
  return `${parts.time}.${parts.millis}`;
}

export const dayOf = (timestamp: string | number, zone: Zone): string => clock(millisOf(timestamp), zone).day;

/** The whole time with every digit the server gave. */
export function full(timestamp: string, zone: Zone): string {
  const parts = clock(millisOf(timestamp), zone);
  const digits = /\.(\d+)/.exec(timestamp)?.[1] ?? parts.millis;
  return `${parts.day} ${parts.time}.${digits}${zone === "utc" ? " UTC" : ""}`;
}

export function minute(time: number, zone: Zone): string {
  const parts = clock(time, zone);
  return `${parts.day} ${parts.time}`;
}

/** A label on a time axis: as much as the span needs, no more. */
export function axisLabel(time: number, spanMs: number, zone: Zone): string {
  const parts = clock(time, zone);
  if (spanMs < 5e3) return `${parts.time.slice(3)}.${parts.millis}`;
  if (spanMs < 6e5) return parts.time;
  if (spanMs <= 864e5) return parts.time.slice(0, 5);
  return spanMs < 7 * 864e5 ? `${parts.day.slice(5)} ${parts.time.slice(0, 5)}` : parts.day;
}

const SPANS = [["d", 864e5], ["h", 36e5], ["min", 6e4], ["s", 1e3]] as const;

/** `1.2 s`, `350 ms`, `3 h`. */
export function span(ms: number): string {
  if (Math.abs(ms) < 1) return ms === 0 ? "0" : `${Math.round(ms * 1000)} µs`;
  for (const [unit, size] of SPANS) {
    if (Math.abs(ms) >= size) return `${Number((ms / size).toFixed(ms / size < 10 ? 1 : 0))} ${unit}`;
  }
  return `${Number(ms.toFixed(ms < 10 ? 1 : 0))} ms`;
}

const YEAR_MS = 365.25 * 864e5;

/** `3 h ago`, `in 2 d`, `in 7 years`. */
export function ago(time: string, now: number): string {
  const ms = now - millisOf(time);
  if (Math.abs(ms) < 1_000) return "now";
  const length = Math.abs(ms) < 2 * YEAR_MS ? span(Math.abs(ms)) : `${Number((Math.abs(ms) / YEAR_MS).toFixed(1))} years`;
  return ms > 0 ? `${length} ago` : `in ${length}`;
}
