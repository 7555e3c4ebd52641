// Edits the query the way clicks on values ask for, leaving what a person typed as it is.
import { clause } from "./quote";
import { hasTopLevelOr, splitPipes } from "./scan";

export type FilterMode = "include" | "exclude" | "only";

function join(filter: string, pipes: string): string {
  return [filter, pipes].filter((part) => part !== "").join(" ");
}

/** Finds the clause as a whole condition, not as part of a longer one. */
function indexOfClause(filter: string, wanted: string): number {
  let from = 0;
  for (;;) {
    const found = filter.indexOf(wanted, from);
    if (found < 0) return -1;
    const before = filter.charAt(found - 1);
    const after = filter.charAt(found + wanted.length);
    if ((before === "" || /\s|\(/.test(before)) && (after === "" || /\s|\)/.test(after))) return found;
    from = found + 1;
  }
}

const isNegated = (filter: string, at: number): boolean => /\bnot\s+$/i.test(filter.slice(0, at));

export function applyFilter(query: string, field: string, value: string | number | boolean, mode: FilterMode): string {
  return applyClause(query, clause(field, value), mode);
}

/** Adds or removes `field:*`. */
export function applyExists(query: string, field: string, mode: FilterMode): string {
  return applyClause(query, `${field}:*`, mode);
}

export function applyClause(query: string, wanted: string, mode: FilterMode): string {
  const [filter, pipes] = splitPipes(query);
  if (mode === "only") return join(wanted, pipes);
  const addition = mode === "include" ? wanted : `not ${wanted}`;
  const isBare = filter === "" || filter === "*";
  if (isBare) return join(addition, pipes);
  if (hasTopLevelOr(filter)) return join(`(${filter}) and ${addition}`, pipes);
  const at = indexOfClause(filter, wanted);
  if (at < 0) return join(`${filter} and ${addition}`, pipes);
  if (isNegated(filter, at) === (mode === "exclude")) return join(filter, pipes);
  const head = mode === "include" ? filter.slice(0, at).replace(/not\s+$/i, "") : `${filter.slice(0, at)}not `;
  return join(head + filter.slice(at), pipes);
}
