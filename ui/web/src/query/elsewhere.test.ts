import { expect, test } from "vitest";
import { command, exportAddress, request } from "./elsewhere";

const ASKED = { query: "message:\"it's\" | head 3", from: "now-1h", to: "now", stream: "" };

test("a command is safe to paste whatever stands in the query", () => {
  expect(command(ASKED)).toBe("palisade search 'message:\"it'\\''s\" | head 3' --from now-1h --to now");
  expect(command({ ...ASKED, query: "", stream: "a b" })).toBe("palisade search '*' --from now-1h --to now --stream 'a b'");
  expect(command({ ...ASKED, query: "$(reboot)" })).toContain("'$(reboot)'");
});

test("a request names no token", () => {
  expect(request(ASKED, "https://logs.example")).toContain("$PALISADE_TOKEN");
  expect(request(ASKED, "https://logs.example")).toContain("-d '{\"query\":\"message:\\\"it'\\''s\\\" | head 3\"");
});

test("the address of a file has the whole question", () => {
  const asked = new URLSearchParams(exportAddress({ ...ASKED, stream: "web" }, "parquet").split("?")[1]);
  expect(Object.fromEntries(asked)).toEqual({ query: ASKED.query, from: "now-1h", to: "now", stream: "web", format: "parquet" });
});
