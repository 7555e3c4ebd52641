// What to propose while a query is typed: names of fields that exist in the range, and the top values of a field.
import { values, type Question } from "../api/client";
import { rank, type Completion } from "../query/complete";
import { useAnswer } from "../state/use-answer";
import { grouped } from "../text/number";

const SHOWN_MAX = 10;
const VALUES_ASKED = 50;

export interface Suggestion {
  readonly text: string;
  readonly note: string;
}

export function useSuggestions(completion: Completion | undefined, question: Question, fieldNames: readonly string[]): readonly Suggestion[] {
  const field = completion?.field;
  // The values of the whole range, not only of what the half-typed query matches.
  const whole = { ...question, query: "" };
  const key = field === undefined ? undefined : JSON.stringify([field, question.from, question.to]);
  const top = useAnswer(key, (signal) => values({ ...whole, field: field ?? "", limit: VALUES_ASKED }, signal));
  if (completion === undefined) return [];
  if (field === undefined) return rank(fieldNames, completion.prefix, SHOWN_MAX).map((text) => ({ text, note: "field" }));
  const counts = new Map(top.answer?.field === field ? top.answer.values.map((value) => [String(value.value), value.count]) : []);
  return rank([...counts.keys()], completion.prefix, SHOWN_MAX).map((text) => ({ text, note: grouped(counts.get(text) ?? 0) }));
}
