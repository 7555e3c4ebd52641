import { expect, test } from "vitest";
import { DEFAULT_STATE, readUrl, writeUrl, type UrlState } from "./url";

test("the usual state has a short address", () => {
  expect(writeUrl(DEFAULT_STATE)).toBe("");
  expect(readUrl("")).toEqual(DEFAULT_STATE);
});

test("every part of the state comes back from its address", () => {
  const state: UrlState = {
    query: 'a:"b & c" | head 5', from: "2026-09-01T00:00:00.000Z", to: "now-1h", stream: "audit", view: "correlate", order: "oldest",
    zone: "utc", columns: ["status", "a,b"], id: "r/1", follow: "id=1&x", item: "palisade:a:b", by: "region", tab: "over",
  };
  expect(readUrl(writeUrl(state))).toEqual(state);
});

test("each view has an address", () => {
  for (const view of ["search", "tail", "correlate", "alerts", "rules", "channels", "access", "reports", "incidents", "evidence", "streams", "people", "approvals"] as const) expect(readUrl(writeUrl({ ...DEFAULT_STATE, view })).view).toBe(view);
});

test("what makes no sense becomes the usual", () => {
  expect(readUrl("?view=nowhere&order=sideways")).toEqual(DEFAULT_STATE);
});
