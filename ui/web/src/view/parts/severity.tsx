// How much an alert matters: said in a word, with a colour beside it.
import type { Severity } from "../../api/alerts";

export function SeverityMark({ severity }: { readonly severity: Severity }) {
  return <span class={`severity is-${severity}`}>{severity === "informational" ? "info" : severity}</span>;
}
