// What nobody is told of for a while.
import { ask, get, post } from "./client";

export interface Silence {
  readonly id: string;
  readonly matchers: readonly string[];
  readonly from: string;
  readonly until: string;
  readonly author: string;
  readonly reason: string;
  readonly is_active: boolean;
}

export const silences = (signal?: AbortSignal) => get<{ silences: readonly Silence[] }>("/api/v1/silences", {}, signal);

export const addSilence = (wanted: { matchers: readonly string[]; until: string; reason: string }) => post<unknown>("/api/v1/silences", wanted);

export const endSilence = (id: string) => ask(`/api/v1/silences/${encodeURIComponent(id)}`, { method: "DELETE" });
