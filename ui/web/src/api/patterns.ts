// Kinds of messages: what repeats with other numbers in it.
import { post, type Question } from "./client";

export interface Pattern {
  /** The message with `<number>`, `<hex>` and `<uuid>` for what differs. */
  readonly pattern: string;
  readonly count: number;
  readonly share: number;
  readonly sparkline: readonly number[];
  readonly first_seen: string;
  readonly last_seen: string;
  readonly levels: readonly string[];
}

export interface Patterns {
  readonly patterns: readonly Pattern[];
  readonly distinct: number;
  readonly others: number;
  readonly missing: number;
  readonly total: number;
}

export const patterns = (question: Question & { stream?: string }, signal?: AbortSignal) => post<Patterns>("/api/v1/patterns", { ...question, limit: 200, buckets: 30 }, signal);
