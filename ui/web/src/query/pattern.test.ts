import { expect, test } from "vitest";
import { conditionOf } from "./pattern";

test("a pattern becomes an expression in which only what differs is open", () => {
  expect(conditionOf("told <uuid> about 3.5 (of <number>)")).toBe("message:/^told \\S+ about 3\\.5 \\(of \\S+\\)$/");
  expect(conditionOf("GET /a/<hex>")).toBe("message:/^GET \\/a\\/\\S+$/");
});

test("what was written as a place in a message itself is no danger", () => {
  const source = /^message:\/(.*)\/$/.exec(conditionOf("a.*b [<number>] $"))?.[1] ?? "";
  const found = new RegExp(source.replaceAll("\\/", "/"));
  expect(found.test("a.*b [17] $")).toBe(true);
  expect(found.test("aXb [17] $")).toBe(false);
});
