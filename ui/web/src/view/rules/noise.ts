// How often rules told of something in the last week, as far as one page of alerts says.
import type { AlertPage } from "../../api/alerts";
import { grouped } from "../../text/number";
import { millisOf } from "../../time/parse";

const WEEK_MS = 7 * 864e5;

export interface Weekly {
  /** `12`, or `12+` when the page does not reach back a week. */
  readonly words: (rule: string) => string;
}

export function weeklyOf(page: AlertPage | undefined, now: number): Weekly {
  const counts = new Map<string, number>();
  const recent = (page?.alerts ?? []).filter((alert) => now - millisOf(alert.told_at) <= WEEK_MS);
  for (const alert of recent) counts.set(alert.rule, (counts.get(alert.rule) ?? 0) + 1);
  const isCut = page !== undefined && page.cursor !== null && recent.length === page.alerts.length;
  return { words: (rule) => `${grouped(counts.get(rule) ?? 0)}${isCut ? "+" : ""}` };
}
