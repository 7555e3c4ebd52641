// Asks for a record in clear. Nothing on the way may keep the answer.
import { ask } from "./client";
import type { LogRecord } from "./types";

export interface Wish {
  readonly reason: string;
  readonly minutes: number;
  readonly ticket: string;
}

export interface Revealed {
  readonly records: readonly LogRecord[];
  /** Values that are shown. */
  readonly values: number;
  /** Values of people who were forgotten. */
  readonly erased: number;
}

export async function reveal(id: string, wish: Wish): Promise<Revealed> {
  const body = JSON.stringify({ query: `id:${id}`, limit: 1, ...wish });
  const response = await ask("/api/v1/reveal", { method: "POST", cache: "no-store", headers: { "Content-Type": "application/json" }, body });
  return (await response.json()) as Revealed;
}
