// One rule: what it finds and why, how it stands, its text, and what it would have told of.
import { useState } from "preact/hooks";
import { removeRule, rule as askRule, type Rule } from "../../api/rules";
import type { Place } from "../../shell/place";
import { useAnswer } from "../../state/use-answer";
import { grouped, plural } from "../../text/number";
import { visible } from "../../text/visible";
import { Dialog } from "../dialog";
import { OutsideLink } from "../parts/outside-link";
import { Fact, Facts, Panel } from "../parts/panel";
import { SeverityMark } from "../parts/severity";
import { Time } from "../parts/time";
import { RuleEditor } from "./rule-editor";

interface Props {
  readonly id: string;
  readonly place: Place;
}

export function RuleDetail({ id, place }: Props) {
  const [round, setRound] = useState(0);
  const [removes, setRemoves] = useState(false);
  const asked = useAnswer(`${round}`, (signal) => askRule(id, signal));
  const { answer } = asked;
  return (
    <>
      <Panel
        title={answer === undefined ? "Rule" : visible(answer.rule.title)} asked={asked}
        tools={answer?.is_own === true && place.may("manage-rules") && <button type="button" class="button button-grave" onClick={() => setRemoves(true)}>{"Remove\u2026"}</button>}
      >
        {(rule) => <RuleFacts rule={rule} place={place} />}
      </Panel>
      {answer !== undefined && answer.text !== null && (
        <RuleEditor key={answer.text} id={id} text={answer.text} isFixed={!answer.is_own} place={place} onSaved={() => setRound(round + 1)} />
      )}
      {removes && answer !== undefined && (
        <Dialog title={`Remove ${answer.rule.title}`} action="Remove the rule" isGrave onSubmit={async () => { await removeRule(id); place.change({ item: "" }); }} onClose={() => setRemoves(false)}>
          <p class="quiet">It is watched for no longer. Alerts that it told of stay, and the trail keeps that you removed it.</p>
        </Dialog>
      )}
    </>
  );
}

function RuleFacts({ rule: { rule, condition, group_by: groups, state }, place }: { readonly rule: Rule; readonly place: Place }) {
  return (
    <>
      {rule.description !== "" && <p>{visible(rule.description)}</p>}
      <Facts>
        <Fact name="Severity"><SeverityMark severity={rule.level} /></Fact>
        <Fact name="Tells of">{visible(condition)}{groups.length > 0 && <>, for each <code>{groups.map(visible).join(", ")}</code></>}</Fact>
        {state !== null && <Fact name="Found">{plural(state.found, "record")} since the start, the last one <Time at={state.last_found_at} zone={place.state.zone} />; {grouped(state.groups)} groups are remembered</Fact>}
        {rule.false_positives.length > 0 && <Fact name="May be none">{rule.false_positives.map(visible).join("; ")}</Fact>}
        {rule.runbook !== null && <Fact name="Runbook"><OutsideLink address={rule.runbook} otherwise={visible(rule.runbook)}>{visible(rule.runbook)}</OutsideLink></Fact>}
        {rule.tags.length > 0 && <Fact name="Tags">{rule.tags.map(visible).join(", ")}</Fact>}
        {rule.author !== null && <Fact name="Author">{visible(rule.author)}</Fact>}
        <Fact name="Stands in"><code>{visible(rule.file)}:{rule.line}</code></Fact>
      </Facts>
      <p><button type="button" class="button" onClick={() => place.change({ view: "alerts", item: "", tab: "all" })}>All alerts</button></p>
    </>
  );
}
