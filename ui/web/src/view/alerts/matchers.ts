// The conditions by which alerts are told apart, for one alert: `rule=many-failures and group.source_ip="192.0.2.7"`.
import type { Alert } from "../../api/alerts";

/** A star stands for anything there, and cannot be meant itself: the condition is then about a little more than this alert. */
const quoted = (value: string): string => (/^[\w.:*-]+$/.test(value) ? value : `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`);

export function matchersOf({ rule, notice }: Pick<Alert, "rule" | "notice">): string {
  return [`rule=${quoted(rule)}`, ...notice.group.map(([field, value]) => `group.${field}=${quoted(value)}`)].join(" and ");
}
