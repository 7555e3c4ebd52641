// Rules: as they are in force, and what they would have told.
import { ask, get, post } from "./client";
import type { RuleHeader, Severity } from "./alerts";

export interface RuleReport {
  readonly id: string;
  readonly title: string;
  readonly level: Severity;
  readonly is_told: boolean;
  readonly condition: string;
  readonly file: string;
  readonly line: number;
  readonly found: number;
  readonly late: number;
  readonly groups: number;
  readonly last_found_at: string | null;
}

export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

export interface Rules {
  readonly rules: readonly RuleReport[];
  readonly problems: readonly Problem[];
  readonly is_running: boolean;
  readonly missed_batches: number;
}

export interface Rule {
  readonly rule: RuleHeader;
  readonly condition: string;
  readonly group_by: readonly string[];
  readonly state: RuleReport | null;
  /** Whether it was written on this page; others come from files and packs. */
  readonly is_own: boolean;
  readonly text: string | null;
  readonly earlier_text: string | null;
}

export interface Episode {
  readonly group: readonly (readonly [string, string])[];
  readonly from: string;
  readonly to: string | null;
  readonly peak: number;
}

export interface Backtest {
  readonly from: string;
  readonly to: string;
  readonly records: number;
  readonly found: number;
  readonly began: number;
  readonly episodes: readonly Episode[];
  readonly is_cut: boolean;
  readonly per_week: number;
}

const path = (id: string): string => `/api/v1/rules/${encodeURIComponent(id)}`;

export const rules = (signal?: AbortSignal) => get<Rules>("/api/v1/rules", {}, signal);

export const rule = (id: string, signal?: AbortSignal) => get<Rule>(path(id), {}, signal);

export const checkRule = (text: string, signal?: AbortSignal) =>
  post<{ compiled: number; refused: number; problems: readonly Problem[] }>("/api/v1/rules/check", { text }, signal);

export const putRule = (text: string) => post<{ id: string; in_force: boolean }>("/api/v1/rules", { text });

export const removeRule = (id: string) => ask(path(id), { method: "DELETE" });

export const backtest = (asked: { rule: string; text?: string; from: string }, signal?: AbortSignal) => post<Backtest>("/api/v1/rules/backtest", asked, signal);
