import { expect, test } from "vitest";
import { BY_LEVEL, splitByValue } from "./split";

const BUCKETS = [
  { time: 0, count: 10, by: { web: 3, ledger: 6, "(none)": 1 } },
  { time: 1, count: 9, by: { ledger: 1, other: 8 } },
];

test("the most frequent value stands on the ground, and every record is in a part", () => {
  const split = splitByValue(BUCKETS);
  expect([...split.labels]).toEqual([["plot-1", "ledger"], ["plot-2", "web"], ["plot-others", "other values"], ["none", "(none)"]]);
  expect([...split.of(BUCKETS[0] ?? { time: 0, count: 0 })]).toEqual([["plot-1", 6], ["plot-2", 3], ["none", 1]]);
  for (const bucket of BUCKETS) expect([...split.of(bucket).values()].reduce((sum, count) => sum + count, 0)).toBe(bucket.count);
});

test("severities are joined under the few names that have a colour", () => {
  expect([...BY_LEVEL.of({ time: 0, count: 5, by: { ERR: 1, error: 2, INFO: 1 } })]).toEqual([["error", 3], ["info", 1], ["other", 1]]);
});
