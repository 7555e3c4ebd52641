import { expect, test } from "vitest";
import { LineCutter } from "./lines";

test("lines are whole although their text arrives in pieces", () => {
  const cutter = new LineCutter();
  expect(cutter.push('{"a":')).toEqual([]);
  expect(cutter.push('1}\n\n{"b":2}\n{"c"')).toEqual(['{"a":1}', '{"b":2}']);
  expect(cutter.push(":3}")).toEqual([]);
  expect(cutter.rest()).toEqual(['{"c":3}']);
  expect(cutter.rest()).toEqual([]);
});
