import { expect, test } from "vitest";
import { ApiError } from "../api/client";
import { reasonProblem, revealRefusal } from "./reveal-dialog";

test("a reason has ten bytes at least, spaces around it do not count", () => {
  expect(reasonProblem("  too short ")).toContain("10 characters");
  expect(reasonProblem("long enough")).toBeUndefined();
  expect(reasonProblem("\u00fc".repeat(5))).toBeUndefined();
  expect(reasonProblem("x".repeat(1_025))).toContain("1025 bytes");
});

test("a reveal that cannot be recorded is refused in words", () => {
  const body = { kind: "unavailable", message: "the record of this cannot be written: the disk is full", hint: "" };
  expect(revealRefusal(new ApiError(503, body))).toMatch(/^Nothing was shown.*the disk is full/);
  expect(revealRefusal(new ApiError(403, body))).toContain("not reveal");
  expect(revealRefusal(new ApiError(400, body))).toBeUndefined();
});
