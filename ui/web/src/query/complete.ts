// What could be completed at the cursor: a field's name, or a value of the field before the colon.
import { scan, splitPipes, unquote } from "./scan";

export interface Completion {
  /** The field whose value is typed; absent while a name is typed. */
  readonly field?: string;
  readonly prefix: string;
  readonly start: number;
  readonly end: number;
}

export function completionAt(query: string, cursor: number): Completion | undefined {
  if (cursor > splitPipes(query)[0].length + 1 && splitPipes(query)[1] !== "") return undefined;
  const tokens = scan(query.slice(0, cursor));
  const last = tokens.at(-1);
  if (last === undefined || last.kind === "space" || last.kind === "open") {
    return last === undefined ? undefined : { prefix: "", start: cursor, end: cursor };
  }
  const isTyped = last.kind === "word" || last.kind === "quoted";
  const prefix = isTyped ? unquote(last.text) : "";
  const start = isTyped ? last.start : cursor;
  const colon = tokens.at(isTyped ? -2 : -1);
  const field = tokens.at(isTyped ? -3 : -2);
  if (colon?.kind === "colon" && field !== undefined) return { field: unquote(field.text), prefix, start, end: cursor };
  return last.kind === "word" ? { prefix, start, end: cursor } : undefined;
}

/** Names that begin with what was typed come before names that only contain it. */
export function rank(candidates: readonly string[], prefix: string, limit: number): readonly string[] {
  const wanted = prefix.toLowerCase();
  const begins = candidates.filter((name) => name.toLowerCase().startsWith(wanted));
  const contains = candidates.filter((name) => !name.toLowerCase().startsWith(wanted) && name.toLowerCase().includes(wanted));
  return [...begins, ...contains].slice(0, limit);
}
