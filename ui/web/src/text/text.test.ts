import { expect, test } from "vitest";
import { stripAnsi } from "./ansi";
import { highlighter } from "./highlight";
import { oneLine, visible } from "./visible";

test("terminal colours, titles and cursor moves are removed", () => {
  expect(stripAnsi("\u001b[1;31merror\u001b[0m \u001b]0;title\u0007x\u001b[2Ky")).toBe("error xy");
  expect(stripAnsi("no [31m here")).toBe("no [31m here");
});

test("characters that hide or reorder text are made visible", () => {
  expect(visible("a\u0000b\u0007\u202ec\n\td")).toBe("a\u2400b\u2407\u27e8U+202E\u27e9c\n\td");
  expect(oneLine("a\nb\tc")).toBe("a\u23ceb c");
});

test("terms are found in any case, the longest first", () => {
  expect(highlighter(["time", "timeout"])("A Timeout, a time")).toEqual([
    { text: "A ", hit: false }, { text: "Timeout", hit: true }, { text: ", a ", hit: false }, { text: "time", hit: true },
  ]);
});

test("signs in a term are only signs", () => {
  expect(highlighter(["a.b("])("xa.b(y acb(")).toEqual([{ text: "x", hit: false }, { text: "a.b(", hit: true }, { text: "y acb(", hit: false }]);
  expect(highlighter([])("all")).toEqual([{ text: "all", hit: false }]);
});
