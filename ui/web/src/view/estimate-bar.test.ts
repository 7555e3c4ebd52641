import { expect, test } from "vitest";
import { estimateText, progressText } from "./estimate-bar";

const SPLITS = { hot: 1, warm: 0, cold: 7, archived: 0 };

test("an estimate tells requests, bytes, time and money, and no false zero", () => {
  const estimate = { splits: SPLITS, splits_left_out: 4, requests: 1_210, bytes: 2_500_000_000, seconds: 42, dollars: 0.0312 };
  expect(estimateText(estimate)).toBe("at most 1\u202f210 requests, 2.5 GB, about 42 s, $0.04");
  expect(estimateText({ ...estimate, requests: 1, dollars: 0.0004 })).toMatch(/1 request, .*less than \$0.01/);
});

test("progress names what came from far away only when something did", () => {
  const progress = { splits_done: 3, splits: 9, bytes: 2_000_000, far_requests: 0, far_bytes: 0 };
  expect(progressText(progress)).toBe("3 of 9 splits, 2.0 MB looked at");
  expect(progressText({ ...progress, far_requests: 2, far_bytes: 2_048 })).toContain("2.0 kB in 2 requests from far away");
});
