import { expect, test } from "vitest";
import { full, span } from "./format";
import { isRelative, millisOf, parseTime } from "./parse";
import { rangeLabel } from "./presets";

const NOW = Date.UTC(2026, 8, 21, 12);

test("relative times count from now", () => {
  expect(parseTime("now", "utc", NOW)).toBe(NOW);
  expect(parseTime("now-15m", "utc", NOW)).toBe(NOW - 900_000);
  expect(parseTime("now - 7d", "utc", NOW)).toBe(NOW - 7 * 86_400_000);
  expect(isRelative("now-15m")).toBe(true);
});

test("times with and without a zone", () => {
  expect(parseTime("2026-09-21T14:00:00+02:00", "utc", NOW)).toBe(NOW);
  expect(parseTime("2026-09-21 12:00", "utc", NOW)).toBe(NOW);
  expect(parseTime("2026-09-21", "utc", NOW)).toBe(Date.UTC(2026, 8, 21));
  expect(parseTime("2026-09-21 12:00", "local", NOW)).toBe(new Date(2026, 8, 21, 12).getTime());
});

test("what is no time is not guessed", () => {
  for (const text of ["", "yesterday", "2026-02-31", "2026-09-21 25:00", "now-", "12:00"]) expect(parseTime(text, "utc", NOW)).toBeUndefined();
});

test("nanoseconds are shown although the page counts milliseconds", () => {
  expect(millisOf("2026-09-21T12:00:00.123456789Z")).toBe(NOW + 123);
  expect(full("2026-09-21T12:00:00.123456789Z", "utc")).toBe("2026-09-21 12:00:00.123456789 UTC");
});

test("spans and ranges read like speech", () => {
  expect([span(0), span(0.5), span(12), span(1500), span(90_000), span(7_200_000)]).toEqual(["0", "500 µs", "12 ms", "1.5 s", "1.5 min", "2 h"]);
  expect(rangeLabel({ from: "now-15m", to: "now" }, "utc")).toBe("Last 15 minutes");
  expect(rangeLabel({ from: "2026-09-21T12:00:00Z", to: "2026-09-21T13:00:00Z" }, "utc")).toBe("2026-09-21 12:00:00 \u2013 13:00:00");
});
