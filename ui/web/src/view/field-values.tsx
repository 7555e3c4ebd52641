// The exact top values of one field, with bars.
import { values, type Question } from "../api/client";
import { useAnswer } from "../state/use-answer";
import { grouped, percent, plural } from "../text/number";
import { maskedText } from "../text/sealed";
import { oneLine } from "../text/visible";
import type { Look } from "./actions";
import { FilterButtons } from "./filter-buttons";
import { WithSealed } from "./sealed";

const SHOWN_VALUES = 10;

interface Props {
  readonly field: string;
  readonly question: Question;
  readonly look: Look;
  readonly runKey: string;
}

export function FieldValues({ field, question, look, runKey }: Props) {
  const { answer, error, loading } = useAnswer(`${runKey} ${field}`, (signal) => values({ ...question, field, limit: SHOWN_VALUES }, signal));
  if (error !== undefined) return <p class="quiet">{error.body.message}</p>;
  if (answer === undefined) return <p class="quiet">{loading ? "Counting\u2026" : ""}</p>;
  const shown = answer.values.reduce((sum, value) => sum + value.count, 0);
  const whole = shown + answer.others;
  const highest = Math.max(1, ...answer.values.map((value) => value.count));
  return (
    <>
      <ol class="values">
        {answer.values.map(({ value, count }) => (
          <li key={String(value)}>
            <span class="value-text" title={maskedText(String(value))}>{value === "" ? "(empty)" : <WithSealed text={String(value)} draw={oneLine} />}</span>
            <span class="value-count" title={grouped(count)}>{percent(count, whole)}</span>
            <span class="value-bar"><span style={{ width: `${(100 * count) / highest}%` }} /></span>
            {!Array.isArray(value) && <FilterButtons what={`${field} ${maskedText(String(value))}`} onFilter={(mode) => look.actions.filter(field, value as string, mode)} />}
          </li>
        ))}
      </ol>
      <p class="quiet">
        {plural(answer.distinct, "value")}
        {answer.others > 0 && `, others ${percent(answer.others, whole)}`}
        {answer.missing > 0 && `, missing in ${grouped(answer.missing)}`}
      </p>
    </>
  );
}
