import { expect, test } from "vitest";
import type { Alert } from "../../api/alerts";
import { weeklyOf } from "./noise";

const NOW = Date.parse("2026-11-27T12:00:00Z");
const told = (rule: string, at: string): Alert => ({ rule, told_at: at }) as Alert;

test("alerts of the last week are counted by rule", () => {
  const alerts = [told("a", "2026-11-27T11:00:00Z"), told("b", "2026-11-26T11:00:00Z"), told("a", "2026-11-21T11:00:00Z"), told("a", "2026-11-20T11:00:00Z")];
  const weekly = weeklyOf({ alerts, cursor: "more" }, NOW);
  expect([weekly.words("a"), weekly.words("b"), weekly.words("c")]).toEqual(["2", "1", "0"]);
});

test("a page that does not reach back a week says that there may be more", () => {
  const weekly = weeklyOf({ alerts: [told("a", "2026-11-27T11:00:00Z")], cursor: "more" }, NOW);
  expect([weekly.words("a"), weekly.words("b")]).toEqual(["1+", "0+"]);
});
