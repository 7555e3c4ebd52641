// What waits for a second person.
import { get, post } from "./client";

export interface Approval {
  readonly id: string;
  readonly deed: string;
  readonly path: string;
  readonly request: unknown;
  readonly asked_by: string;
  readonly asked_at: string;
  readonly expires_at: string;
  readonly decides: boolean;
}

export const approvals = (signal?: AbortSignal) => get<{ approvals: readonly Approval[] }>("/api/v1/approvals", {}, signal);

export const decide = (id: string, approve: boolean, note: string) => post<unknown>(`/api/v1/approvals/${encodeURIComponent(id)}`, { approve, note });
