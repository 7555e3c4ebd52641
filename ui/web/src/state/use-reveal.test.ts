import { expect, test } from "vitest";
import { elapsedMs } from "./use-reveal";

test("neither a clock that is set back nor a machine that sleeps shows values longer", () => {
  const since = { wall: 100_000, steady: 5_000 };
  expect(elapsedMs(since, { wall: 40_000, steady: 65_000 })).toBe(60_000);
  expect(elapsedMs(since, { wall: 3_700_000, steady: 6_000 })).toBe(3_600_000);
});
