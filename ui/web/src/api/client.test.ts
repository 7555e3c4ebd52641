import { afterEach, expect, test, vi } from "vitest";
import { search, type ApiError } from "./client";
import type { Progress } from "./types";

const PAGE = { query: "", from: "now-1h", to: "now", limit: 1, order: "newest" } as const;
const COME = { splits_done: 3, splits: 9, bytes: 0, far_requests: 2, far_bytes: 2_048 };

function serverSays(body: string, type: string): void {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(body, { headers: { "Content-Type": type } })));
}

afterEach(() => vi.unstubAllGlobals());

test("an answer that takes long tells how far it is, and comes last", async () => {
  const told: Progress[] = [];
  serverSays(`${JSON.stringify({ progress: COME })}\n${JSON.stringify({ progress: COME })}\n{"records":[],"took_ms":1}\n`, "application/x-ndjson");
  expect(await search(PAGE, undefined, (progress) => told.push(progress))).toEqual({ records: [], took_ms: 1 });
  expect(told).toEqual([COME, COME]);
});

test("an answer that comes soon is read as it is", async () => {
  serverSays('{"records":[],"took_ms":1}', "application/json");
  expect(await search(PAGE)).toEqual({ records: [], took_ms: 1 });
});

test("an error that comes late is an error, and so is an answer that breaks off", async () => {
  serverSays(`${JSON.stringify({ progress: COME })}\n{"error":{"kind":"timeout","message":"it took too long","hint":"ask for less"}}\n`, "application/x-ndjson");
  await expect(search(PAGE)).rejects.toMatchObject({ body: { message: "it took too long" } } satisfies { body: Partial<ApiError["body"]> });
  serverSays(JSON.stringify({ progress: COME }), "application/x-ndjson");
  await expect(search(PAGE)).rejects.toMatchObject({ body: { kind: "broken" } });
});
