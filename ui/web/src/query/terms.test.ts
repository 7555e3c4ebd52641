import { expect, test } from "vitest";
import { completionAt, rank } from "./complete";
import { sliceAtBytes } from "./position";
import { termsOf } from "./terms";

test("words, phrases and values are marked; names, operators and what is excluded are not", () => {
  expect(termsOf('timed and "out of" service:pay* not debug not x:y | stats count()')).toEqual(["timed", "out of", "pay"]);
});

test("names are completed at a word, values behind a colon", () => {
  expect(completionAt("level:error and ser", 19)).toEqual({ prefix: "ser", start: 16, end: 19 });
  expect(completionAt("service:pa", 10)).toEqual({ field: "service", prefix: "pa", start: 8, end: 10 });
  expect(completionAt("service:", 8)).toEqual({ field: "service", prefix: "", start: 8, end: 8 });
});

test("names that begin with the letters come first", () => {
  expect(rank(["user_service", "service", "level"], "ser", 5)).toEqual(["service", "user_service"]);
});

test("positions count bytes, also behind letters that take several", () => {
  expect(sliceAtBytes("größe:((x", 8, 2)).toEqual(["größe:", "((", "x"]);
});
