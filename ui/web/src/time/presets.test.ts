import { expect, test } from "vitest";
import { shifted } from "./presets";

const NOW = Date.parse("2026-11-27T12:00:00Z");

test("a span moves by its own length, and stays where it then is", () => {
  const before = shifted({ from: "now-15m", to: "now" }, "utc", -1, NOW);
  expect(before).toEqual({ from: "2026-11-27T11:30:00.000Z", to: "2026-11-27T11:45:00.000Z" });
  expect(shifted(before, "utc", 1, NOW + 60_000)).toEqual({ from: "2026-11-27T11:45:00.000Z", to: "2026-11-27T12:00:00.000Z" });
});

test("what is no time is not moved", () => {
  expect(shifted({ from: "yesterday", to: "now" }, "utc", -1, NOW)).toEqual({ from: "yesterday", to: "now" });
});
