import { expect, test } from "vitest";
import { topOf, windowOf } from "./window";

test("only rows in sight and a few around them exist, the rest is space", () => {
  const view = windowOf({ count: 10_000, rowHeight: 20 }, 2_000, 400);
  expect(view).toEqual({ start: 88, end: 133, before: 1_760, after: (10_000 - 133) * 20 });
});

test("an open record pushes the rows behind it down", () => {
  const shape = { count: 100, rowHeight: 20, open: { index: 5, height: 600 } };
  expect(topOf(shape, 5)).toBe(100);
  expect(topOf(shape, 6)).toBe(720);
  const inside = windowOf(shape, 400, 100);
  expect(inside.start).toBe(0);
  expect(inside.before + inside.after + 600 + (inside.end - inside.start) * 20).toBe(100 * 20 + 600);
});

test("short lists have no space around them", () => {
  expect(windowOf({ count: 3, rowHeight: 20 }, 0, 400)).toEqual({ start: 0, end: 3, before: 0, after: 0 });
});
