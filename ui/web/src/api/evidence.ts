// Asks about the evidence: whether it is as it was signed, where it is, what holds it, what its keys are.
import { ask, get, post } from "./client";

export interface Finding {
  readonly kind: "incomplete" | "tampered";
  readonly object: string;
  readonly bytes?: { readonly start: number; readonly end: number };
  readonly rows?: { readonly block: number; readonly stream: string; readonly rows: { readonly start: number; readonly end: number } };
  readonly problem: string;
}

export interface Report {
  readonly verdict: "ok" | "tampered" | "incomplete";
  readonly at: string;
  readonly depth: "listed" | "hashed" | "decoded";
  readonly checkpoint: { readonly origin: string; readonly size: number; readonly root: string } | null;
  readonly checkpoints: number;
  readonly anchored: number;
  readonly entries: number;
  readonly publishings: number;
  readonly unsigned: number;
  readonly splits: number;
  readonly bytes: number;
  readonly records: number;
  readonly findings: readonly Finding[];
  readonly findings_left_off: number;
}

export interface Verification {
  readonly running: boolean;
  readonly runs: number;
  readonly took_ms: number;
  readonly checkpoint_stored_at: string | null;
  readonly report: Report | null;
}

export interface Share {
  readonly splits: number;
  readonly bytes: number;
  readonly oldest: string | null;
}

export interface Storages {
  readonly configured: { readonly warm: boolean; readonly cold: boolean; readonly anchor: boolean };
  readonly hot: Share;
  readonly warm: Share;
  readonly cold: Share;
  readonly locks: { readonly splits: number; readonly first_ends: string | null; readonly last_ends: string | null };
  readonly unarchived: number;
  readonly oldest_unarchived_seconds: number;
  readonly held: number;
  readonly removals_waiting: number;
  readonly disposals: number;
  readonly failures: number;
  readonly cold_unreachable: boolean;
  readonly last_problem: string | null;
}

export interface Hold {
  readonly id: string;
  readonly matter: string;
  readonly reason: string;
  readonly query: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly author: string;
  readonly created_at: string;
  readonly released: { readonly by: string; readonly reason: string; readonly at: string } | null;
}

export interface Placing {
  readonly matter: string;
  readonly reason: string;
  readonly query: string;
  readonly from?: string;
  readonly to?: string;
}

export type Phase = "estimated" | "requested" | "in_progress" | "expired" | "failed" | { readonly ready: { readonly until: string } };

export interface Restore {
  readonly id: string;
  readonly phase: Phase;
  readonly confirmed_by: string | null;
  readonly estimate: {
    readonly objects: number;
    readonly bytes: number;
    readonly speed: string;
    readonly keep_days: number;
    readonly dollars: string;
    readonly ready_after_seconds: number;
    readonly ready_before_seconds: number;
  };
  readonly objects: number;
  readonly ready: number;
  readonly failed: number;
}

export interface KeyStatus {
  readonly tenant: string;
  readonly root: string;
  readonly versions: readonly number[];
  readonly rotated_at: string | null;
  readonly epochs: number;
  readonly newest_epoch: string | null;
  readonly subjects: number;
  readonly erasures: number;
  readonly behind: number;
}

export const verification = (signal?: AbortSignal) => get<Verification>("/api/v1/verify", {}, signal);

/** Asks for a verification of everything; its report comes later. */
export const verifyNow = () => post<{ status: string }>("/api/v1/verify", {});

export const storages = (signal?: AbortSignal) => get<Storages>("/api/v1/storages", {}, signal);

export const holds = (signal?: AbortSignal) => get<{ holds: readonly Hold[] }>("/api/v1/holds", {}, signal);

export const placeHold = (placing: Placing) => post<Hold>("/api/v1/holds", placing);

export async function releaseHold(id: string, reason: string): Promise<void> {
  await ask(`/api/v1/holds/${encodeURIComponent(id)}?${new URLSearchParams({ reason }).toString()}`, { method: "DELETE" });
}

export const restores = (signal?: AbortSignal) => get<{ restores: readonly Restore[] }>("/api/v1/restores", {}, signal);

export const keys = (signal?: AbortSignal) => get<KeyStatus>("/api/v1/keys", {}, signal);
