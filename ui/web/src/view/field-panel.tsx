// The fields of the matched records; each opens to its exact top values.
import { useState } from "preact/hooks";
import type { Question } from "../api/client";
import type { FieldSummary, FieldsAnswer } from "../api/types";
import { grouped, percent, short } from "../text/number";
import type { Look } from "./actions";
import { FieldValues } from "./field-values";
import { Icon } from "./icon";

interface Props {
  readonly answer: FieldsAnswer | undefined;
  readonly question: Question;
  readonly look: Look;
  readonly runKey: string;
}

const SIGNS: Readonly<Record<string, string>> = { number: "#", integer: "#", float: "#", bool: "?", boolean: "?", time: "t", date: "t", ip: "ip" };
// The fields people ask for first; the rest follow by how many records have them.
const FIRST = ["level", "service", "outcome", "action", "status", "user_id", "source_ip", "region", "resource", "correlation_id", "duration_ms"];

function ordered(fields: readonly FieldSummary[]): readonly FieldSummary[] {
  const place = (field: FieldSummary): number => (FIRST.indexOf(field.name) + FIRST.length + 1) % (FIRST.length + 1);
  return [...fields].sort((a, b) => place(a) - place(b) || b.records - a.records || a.name.localeCompare(b.name));
}

export function FieldPanel({ answer, question, look, runKey }: Props) {
  const [wanted, setWanted] = useState("");
  const [opened, setOpened] = useState<string>();
  const shown = ordered(answer?.fields ?? []).filter((field) => field.name.toLowerCase().includes(wanted.toLowerCase()));
  return (
    <aside class="field-panel" aria-label="Fields">
      <input type="search" class="field-search" placeholder={`Find in ${grouped(answer?.fields.length ?? 0)} fields`} aria-label="Find a field" value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />
      <ul>
        {shown.map((field) => (
          <li key={field.name} class={opened === field.name ? "field is-open" : "field"}>
            <button type="button" class="field-head" aria-expanded={opened === field.name} onClick={() => setOpened(opened === field.name ? undefined : field.name)}>
              <span class="field-type" title={field.type}>{SIGNS[field.type] ?? "a"}</span>
              <span class="field-name" title={field.name}>{field.name}</span>
              <span class="field-count" title={`in ${grouped(field.records)} records, ${grouped(field.distinct)} values`}>
                {field.records === answer?.total ? "all" : short(field.records)}
              </span>
            </button>
            {opened === field.name && (
              <div class="field-body">
                <div class="field-tools">
                  <span>{percent(field.records, answer?.total ?? 0)} of records</span>
                  <button type="button" class="icon-button" aria-label={`Filter for records with ${field.name}`} title="Filter for records that have it" onClick={() => look.actions.filterExists(field.name, "include")}>
                    <Icon name="plus" />
                  </button>
                  <button type="button" class="icon-button" aria-label={`Split the chart by ${field.name}`} title="Split the chart by its values" onClick={() => look.actions.splitBy(field.name)}>
                    <Icon name="chart" />
                  </button>
                  <button type="button" class="icon-button" aria-pressed={look.columns.includes(field.name)} aria-label={`Column ${field.name}`} title="Show as a column" onClick={() => look.actions.toggleColumn(field.name)}>
                    <Icon name="column" />
                  </button>
                </div>
                <FieldValues field={field.name} question={question} look={look} runKey={runKey} />
              </div>
            )}
          </li>
        ))}
      </ul>
      {answer !== undefined && shown.length === 0 && <p class="quiet">{wanted === "" ? "No fields: no record matched." : "No field has this in its name."}</p>}
    </aside>
  );
}
