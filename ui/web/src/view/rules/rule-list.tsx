// What is watched for, how grave it is, and how often it told of something: whoever is told too often no longer listens.
import { useMemo, useState } from "preact/hooks";
import { alerts, type AlertPage } from "../../api/alerts";
import { rules, type RuleReport } from "../../api/rules";
import type { Place } from "../../shell/place";
import { useAnswer } from "../../state/use-answer";
import { grouped, plural } from "../../text/number";
import { visible } from "../../text/visible";
import { ItemLink } from "../parts/item-link";
import { Headline, Panel } from "../parts/panel";
import { SeverityMark } from "../parts/severity";
import { Time } from "../parts/time";
import { weeklyOf } from "./noise";

const GRAVEST_FIRST = ["critical", "high", "medium", "low", "informational"];

export function RuleList({ place }: { readonly place: Place }) {
  const asked = useAnswer("rules", rules);
  const told = useAnswer("alerts", (signal) => alerts({}, signal));
  const [wanted, setWanted] = useState("");
  return (
    <Panel
      title="Rules in force" asked={asked}
      tools={<input class="narrow-by" type="search" aria-label="Rules with these words" placeholder="Words of a title or a file" value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />}
    >
      {(answer) => (
        <>
          {!answer.is_running && <Headline mood="bad">Rules are not evaluated: their thread ended. The program's own log says why.</Headline>}
          {answer.missed_batches > 0 && <Headline mood="bad">{plural(answer.missed_batches, "batch", "batches")} of records went past the rules since the start.</Headline>}
          {answer.problems.length > 0 && (
            <details open>
              <summary>{plural(answer.problems.length, "rule")} cannot be used</summary>
              <ul class="problems">{answer.problems.map((problem) => <li key={`${problem.file}:${problem.line}`}><code>{visible(problem.file)}:{problem.line}</code> {visible(problem.reason)}</li>)}</ul>
            </details>
          )}
          {answer.rules.length === 0
            ? <p class="quiet">No rule is in force. Name packs or files under <code>[detect]</code> in the configuration, or write a rule here.</p>
            : <RuleTable rules={answer.rules} told={told.answer} wanted={wanted} place={place} />}
        </>
      )}
    </Panel>
  );
}

interface TableProps {
  readonly rules: readonly RuleReport[];
  readonly told: AlertPage | undefined;
  readonly wanted: string;
  readonly place: Place;
}

function RuleTable({ rules: all, told, wanted, place }: TableProps) {
  const weekly = useMemo(() => weeklyOf(told, Date.now()), [told]);
  const words = wanted.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const shown = all.filter((rule) => words.every((word) => `${rule.title} ${rule.file}`.toLowerCase().includes(word)));
  const ordered = [...shown].sort((one, other) => GRAVEST_FIRST.indexOf(one.level) - GRAVEST_FIRST.indexOf(other.level) || one.title.localeCompare(other.title));
  if (shown.length === 0) return <p class="quiet">No rule has these words.</p>;
  return (
    <table class="sheet">
      <thead><tr><th scope="col">Severity</th><th scope="col">Rule</th><th scope="col">Tells of</th><th scope="col" class="is-number">Records found</th><th scope="col">Last one</th><th scope="col" class="is-number">Alerts in a week</th></tr></thead>
      <tbody>
        {ordered.map((rule) => (
          <tr key={rule.id}>
            <td><SeverityMark severity={rule.level} /></td>
            <th scope="row"><ItemLink item={rule.id} place={place}>{visible(rule.title)}</ItemLink><br /><span class="quiet">{visible(rule.file)}</span></th>
            <td data-label="Tells of">{rule.is_told ? visible(rule.condition) : <span class="quiet">nothing of itself; other rules build on it</span>}</td>
            <td class="is-number" data-label="Records found">{grouped(rule.found)}</td>
            <td data-label="Last one"><Time at={rule.last_found_at} zone={place.state.zone} /></td>
            <td class="is-number" data-label="Alerts in a week">{told === undefined ? "\u2026" : weekly.words(rule.id)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
