import { expect, test } from "vitest";
import { layoutBars } from "./layout";
import { ticks } from "./ticks";

const FRAME = { from: 0, to: 1000, stepMs: 100, width: 500, height: 100 };

test("bars stand at their time, the highest fills the height", () => {
  const [first, second] = layoutBars([{ time: 0, count: 10 }, { time: 500, count: 5 }], FRAME);
  expect(first).toMatchObject({ x: 0, width: 49, count: 10 });
  expect(first?.segments).toEqual([{ key: "other", count: 10, y: 0, height: 100 }]);
  expect(second).toMatchObject({ x: 250 });
  expect(second?.segments[0]).toMatchObject({ y: 50, height: 50 });
});

test("errors stand at the bottom, and one among a million is still seen", () => {
  const [bar] = layoutBars([{ time: 0, count: 1_000_000, by: { INFO: 999_999, err: 1 } }], FRAME);
  expect(bar?.segments.map((segment) => segment.key)).toEqual(["error", "info"]);
  expect(bar?.segments[0]?.height).toBeGreaterThan(1);
});

test("buckets that reach over the edge are cut, empty ones are not drawn", () => {
  const bars = layoutBars([{ time: -50, count: 1 }, { time: 300, count: 0 }, { time: 950, count: 1 }], FRAME);
  expect(bars).toHaveLength(2);
  expect(bars[0]).toMatchObject({ x: 0, width: 24 });
  expect(bars[1]).toMatchObject({ x: 475, width: 24 });
});

test("ticks are round, and none is so near to the edge that its label would be cut", () => {
  expect(ticks(1_500, 60_500, 6)).toEqual([10_000, 20_000, 30_000, 40_000, 50_000]);
});
