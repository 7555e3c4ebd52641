import { expect, test } from "vitest";
import { EventCutter } from "./sse";

test("events are whole although their bytes arrive in pieces", () => {
  const cutter = new EventCutter();
  expect(cutter.push(": keep-alive\n\nevent: rec")).toEqual([]);
  expect(cutter.push('ord\ndata: {"a":1}\n')).toEqual([]);
  expect(cutter.push("\nevent: lag\ndata: 5\n\n")).toEqual([{ event: "record", data: '{"a":1}' }, { event: "lag", data: "5" }]);
});
