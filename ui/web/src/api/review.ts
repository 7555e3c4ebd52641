// Who opened whose data, what explains it, and what people found when they looked.
import { get, post } from "./client";

export interface Access {
  readonly timestamp: string;
  readonly user: string | null;
  readonly person: string | null;
  readonly role: string | null;
  readonly unit: string | null;
  readonly action: string | null;
  readonly outcome: string | null;
  readonly after_hours: boolean;
  readonly explained_by: string | null;
}

export interface AccessAnswer {
  readonly stream: string;
  readonly count: number;
  readonly explained: number;
  readonly unexplained: number;
  readonly accesses: readonly Access[];
  readonly is_cut: boolean;
  readonly has_facts: boolean;
}

export interface AccessQuestion {
  readonly person?: string;
  readonly user?: string;
  readonly from?: string;
  readonly outcome?: string;
  readonly unexplained?: boolean;
}

export interface Pair {
  readonly user: string;
  readonly role: string | null;
  readonly person: string;
  readonly accesses: number;
  readonly after_hours: number;
  readonly refused: number;
  readonly first: string;
  readonly last: string;
  readonly others: number;
  readonly points: number;
  readonly reasons: readonly string[];
}

export interface Ranking {
  readonly accesses: number;
  readonly explained: number;
  readonly users: number;
  readonly facts: number;
  readonly pairs: readonly Pair[];
  readonly is_cut: boolean;
}

export type Conclusion = "justified" | "violation" | "unclear";

export interface Finding {
  readonly conclusion: Conclusion;
  readonly text: string;
  readonly by: string;
  readonly at: string;
}

export interface ReviewLine {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly accesses: number;
  readonly explained: number;
  readonly items: number;
  readonly found: number;
  readonly due_at: string;
  readonly state: string;
  readonly signed_by: string | null;
  readonly signed_at: string | null;
}

export interface Review extends Omit<ReviewLine, "items" | "found"> {
  readonly items: readonly (Pair & { readonly finding: Finding | null })[];
}

export const accesses = (question: AccessQuestion, signal?: AbortSignal) => post<AccessAnswer>("/api/v1/access", question, signal);

export const ranking = (from: string, signal?: AbortSignal) => post<Ranking>("/api/v1/access/unexplained", { from, to: "now", limit: 100 }, signal);

export const reviews = (signal?: AbortSignal) => get<{ reviews: readonly ReviewLine[] }>("/api/v1/reviews", {}, signal);

const path = (id: string): string => `/api/v1/reviews/${encodeURIComponent(id)}`;

export const review = (id: string, signal?: AbortSignal) => get<Review>(path(id), {}, signal);

export const openReview = (from: string, to: string) => post<Review>("/api/v1/reviews", { from, to });

export const putFinding = (id: string, item: number, conclusion: Conclusion, text: string) => post<unknown>(`${path(id)}/findings`, { item, conclusion, text });

export const signReview = (id: string, statement: string) => post<unknown>(`${path(id)}/signature`, { statement });
