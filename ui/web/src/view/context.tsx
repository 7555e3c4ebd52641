// The neighbours of a record in the file or container it came from, matched by the query or not.
import { useState } from "preact/hooks";
import { context } from "../api/client";
import type { LogRecord } from "../api/types";
import { useAnswer } from "../state/use-answer";
import { timeOfDay } from "../time/format";
import type { Look } from "./actions";
import { levelOfRecord } from "./level";
import { Marked, messageOf } from "./message";
import { Refusal } from "./refusal";

const STEP_RECORDS = 10;
const AROUND_MAX = 200;

export function Context({ record, look }: { readonly record: LogRecord; readonly look: Look }) {
  const [around, setAround] = useState(STEP_RECORDS);
  const { answer, error } = useAnswer(`${record.id} ${around}`, (signal) => context(record.id, around, signal));
  if (error !== undefined) return <Refusal error={error} />;
  if (answer === undefined) return <p class="quiet">{"Reading\u2026"}</p>;
  return (
    <div class="context">
      <ol>
        {answer.records.map((neighbour) => (
          <li key={neighbour.id} class={`edge-${levelOfRecord(neighbour)} ${neighbour.id === record.id ? "is-self" : ""}`} aria-current={neighbour.id === record.id}>
            <time>{timeOfDay(neighbour.timestamp, look.zone)}</time>
            <span><Marked text={messageOf(neighbour)} terms={look.terms} /></span>
          </li>
        ))}
      </ol>
      {around < AROUND_MAX && <button type="button" class="button" onClick={() => setAround(Math.min(AROUND_MAX, around * 3))}>More neighbours</button>}
    </div>
  );
}
