// Alerts, and what is done about them.
import { get, post } from "./client";

export type Severity = "informational" | "low" | "medium" | "high" | "critical";

export interface RuleHeader {
  readonly id: string;
  readonly name: string | null;
  readonly title: string;
  readonly description: string;
  readonly level: Severity;
  readonly status: string | null;
  readonly author: string | null;
  readonly tags: readonly string[];
  readonly false_positives: readonly string[];
  readonly references: readonly string[];
  readonly runbook: string | null;
  readonly file: string;
  readonly line: number;
}

export interface Span {
  readonly from: string;
  readonly to: string;
}

export interface Sample {
  readonly id: string;
  readonly timestamp: string;
  readonly stream: string;
  readonly text: string;
}

export interface Notice {
  readonly dedup_key: string;
  readonly rule: RuleHeader;
  readonly severity: Severity;
  readonly summary: string;
  readonly group: readonly (readonly [string, string])[];
  readonly value: number | null;
  readonly condition: string;
  readonly records: number;
  readonly window: Span;
  readonly events: Span;
  readonly samples: readonly Sample[];
  readonly links: readonly { readonly name: string; readonly address: string }[];
  readonly latency_ms: number;
  readonly is_late: boolean;
}

export interface Alert {
  readonly id: string;
  readonly rule: string;
  readonly began_at: string;
  readonly ended_at: string | null;
  readonly told_at: string;
  readonly state: "open" | "over";
  readonly notice: Notice;
  readonly acknowledged: { readonly at: string; readonly by: string; readonly note: string } | null;
}

export interface AlertPage {
  readonly alerts: readonly Alert[];
  readonly cursor: string | null;
}

const ALERTS_PAGE = 200;

export function alerts(asked: { readonly state?: string; readonly rule?: string; readonly cursor?: string }, signal?: AbortSignal): Promise<AlertPage> {
  return get<AlertPage>("/api/v1/alerts", { ...asked, limit: `${ALERTS_PAGE}` }, signal);
}

const path = (id: string): string => `/api/v1/alerts/${encodeURIComponent(id)}`;

export const alert = (id: string, signal?: AbortSignal) => get<Alert>(path(id), {}, signal);

export const acknowledge = (id: string, note: string) => post<unknown>(`${path(id)}/acknowledge`, { note });
