import { expect, test } from "vitest";
import { drawingsOf } from "./drawing";
import { SERIES_MAX, plotted } from "./series";

const TIME = { kind: "time", name: "timestamp" } as const;
const SERVICE = { kind: "text", name: "service" } as const;
const COUNT = { kind: "number", name: "count" } as const;
const P99 = { kind: "number", name: "p99" } as const;

test("each group of a time chart is a series with a gap where it has no row", () => {
  const rows = [["2026-11-27T17:21:00.000Z", "cdn", 3], ["2026-11-27T17:21:00.000Z", null, 1], ["2026-11-27T17:22:00.000Z", "cdn", 4]] as const;
  const found = plotted({ columns: [TIME, SERVICE, COUNT], rows });
  expect(found?.along).toEqual([Date.parse("2026-11-27T17:21:00Z"), Date.parse("2026-11-27T17:22:00Z")]);
  expect(found?.series).toEqual([{ name: "cdn", values: [3, 4] }, { name: "(none)", values: [1, null] }]);
});

test("several numbers of a group are series of their own", () => {
  const found = plotted({ columns: [SERVICE, COUNT, P99], rows: [["cdn", 3, 0.5], ["origin", 4, null]] });
  expect(found?.along).toEqual(["cdn", "origin"]);
  expect(found?.series).toEqual([{ name: "count", values: [3, 4] }, { name: "p99", values: [0.5, null] }]);
});

test("more series than can be told apart keep their sum", () => {
  const rows = Array.from({ length: 40 }, (_, index) => ["2026-11-27T17:21:00.000Z", `s${index}`, index] as const);
  const found = plotted({ columns: [TIME, SERVICE, COUNT], rows });
  expect(found?.series.length).toBe(SERIES_MAX);
  expect(found?.joined).toBe(40 - SERIES_MAX + 1);
  expect(found?.series.flatMap((series) => series.values).reduce((sum: number, value) => sum + (value ?? 0), 0)).toBe(780);
  expect(found?.series[0]?.name).toBe("s39");
});

test("an answer is drawn as what it is", () => {
  expect(drawingsOf({ columns: [COUNT], rows: [[7]] })).toEqual(["number", "table"]);
  expect(drawingsOf({ columns: [TIME, COUNT], rows: [["2026-11-27T17:21:00.000Z", 1]] })[0]).toBe("line");
  expect(drawingsOf({ columns: [SERVICE, COUNT], rows: [["cdn", 1]] })[0]).toBe("bars");
  expect(drawingsOf({ columns: [SERVICE, { kind: "text", name: "region" }, COUNT], rows: [["cdn", "eu", 1]] })[0]).toBe("heat");
  expect(drawingsOf({ columns: [SERVICE], rows: [["cdn"]] })).toEqual(["table"]);
  expect(drawingsOf({ columns: [COUNT], rows: [] })).toEqual(["table"]);
});
