import { expect, test } from "vitest";
import { applyExists, applyFilter } from "./edit";

test("the first filter is the whole query", () => {
  expect(applyFilter("", "level", "error", "include")).toBe("level:error");
  expect(applyFilter("*", "level", "error", "exclude")).toBe("not level:error");
});

test("further filters are added with and, before the pipes", () => {
  expect(applyFilter("timeout | stats count()", "status", 500, "include")).toBe("timeout and status:500 | stats count()");
});

test("a pipe inside quotes is not a pipe", () => {
  expect(applyFilter('"a | b"', "x", "y", "include")).toBe('"a | b" and x:y');
});

test("values that the language could misread are quoted", () => {
  expect(applyFilter("", "message", 'he said "no" \\ left', "include")).toBe('message:"he said \\"no\\" \\\\ left"');
  expect(applyFilter("", "path", "/v1/*", "include")).toBe('path:"/v1/*"');
  expect(applyFilter("", "word", "or", "include")).toBe('word:"or"');
  expect(applyFilter("", "source_ip", "10.0.0.7", "include")).toBe("source_ip:10.0.0.7");
  expect(applyFilter("", "url", "http://x", "include")).toBe('url:"http://x"');
  expect(applyFilter("", "delta", -5, "include")).toBe('delta:"-5"');
});

test("an or is put in brackets so that the filter holds for both sides", () => {
  expect(applyFilter("a or b", "level", "error", "include")).toBe("(a or b) and level:error");
  expect(applyFilter("x:(a or b)", "level", "error", "include")).toBe("x:(a or b) and level:error");
});

test("the same filter is not added twice, its opposite turns it around", () => {
  expect(applyFilter("level:error and a", "level", "error", "include")).toBe("level:error and a");
  expect(applyFilter("a and level:error", "level", "error", "exclude")).toBe("a and not level:error");
  expect(applyFilter("a and not level:error", "level", "error", "include")).toBe("a and level:error");
});

test("a longer value is another value", () => {
  expect(applyFilter("service:pay-eu", "service", "pay", "include")).toBe("service:pay-eu and service:pay");
});

test("only replaces the filter and keeps the pipes", () => {
  expect(applyFilter("a or b | head 5", "level", "warn", "only")).toBe("level:warn | head 5");
  expect(applyExists("a", "user_id", "include")).toBe("a and user_id:*");
});
