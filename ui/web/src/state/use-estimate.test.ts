import { expect, test } from "vitest";
import { isDear } from "./use-estimate";

const NEAR = { splits: { hot: 9, warm: 0, cold: 0, archived: 0 }, splits_left_out: 0, requests: 0, bytes: 0, seconds: 0, dollars: 0 };

test("a search of near storages, or of little far away, runs without a question", () => {
  expect(isDear(NEAR)).toBe(false);
  expect(isDear({ ...NEAR, requests: 21, bytes: 4_096, seconds: 0.03, dollars: 0.00021 })).toBe(false);
});

test("each of money, time, bytes, requests and archives is enough to ask", () => {
  for (const part of [{ dollars: 0.02 }, { seconds: 4 }, { bytes: 2e8 }, { requests: 1_001 }, { splits: { ...NEAR.splits, archived: 1 } }]) {
    expect(isDear({ ...NEAR, ...part })).toBe(true);
  }
});
