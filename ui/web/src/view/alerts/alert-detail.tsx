// One alert: what was found, whom it is about, what it looked like, and what to do.
import { useState } from "preact/hooks";
import { alert as askAlert, type Alert } from "../../api/alerts";
import type { Place } from "../../shell/place";
import { readUrl } from "../../state/url";
import { useAnswer } from "../../state/use-answer";
import { plural } from "../../text/number";
import { visible } from "../../text/visible";
import { minute, span } from "../../time/format";
import { millisOf } from "../../time/parse";
import { Icon } from "../icon";
import { OutsideLink } from "../parts/outside-link";
import { Fact, Facts, Headline, Panel } from "../parts/panel";
import { SeverityMark } from "../parts/severity";
import { AcknowledgeDialog, SilenceDialog } from "./alert-dialogs";
import { AlertChart } from "./alert-chart";
import { Samples } from "./samples";
import { Story } from "./story";

export function AlertDetail({ id, place }: { readonly id: string; readonly place: Place }) {
  const [round, setRound] = useState(0);
  const asked = useAnswer(`${round}`, (signal) => askAlert(id, signal));
  const changed = (): void => setRound(round + 1);
  return (
    <div class="panels">
      <div class="view-head">
        <h1>Alert</h1>
        <button type="button" class="button" onClick={() => place.change({ item: "" })}>All alerts</button>
      </div>
      <Panel title={asked.answer === undefined ? "Alert" : visible(asked.answer.notice.rule.title)} asked={asked} tools={asked.answer !== undefined && <Tools alert={asked.answer} place={place} onChanged={changed} />}>
        {(alert) => <Summary alert={alert} place={place} />}
      </Panel>
      {asked.answer !== undefined && <AlertChart alert={asked.answer} place={place} />}
      {asked.answer !== undefined && <Samples alert={asked.answer} place={place} />}
      {asked.answer !== undefined && <Story alert={asked.answer} zone={place.state.zone} />}
    </div>
  );
}

interface Props {
  readonly alert: Alert;
  readonly place: Place;
}

function Summary({ alert, place }: Props) {
  const { notice } = alert;
  const at = (time: string): string => minute(millisOf(time), place.state.zone);
  return (
    <>
      <Headline mood={alert.state === "open" ? "bad" : "open"}>{visible(notice.summary)}</Headline>
      {notice.rule.description !== "" && <p>{visible(notice.rule.description)}</p>}
      <Facts>
        <Fact name="Severity"><SeverityMark severity={notice.severity} /></Fact>
        {notice.group.map(([field, value]) => <Fact key={field} name={visible(field)}><code>{visible(value)}</code></Fact>)}
        <Fact name="Condition">{visible(notice.condition)}{notice.value !== null && `; it was ${Number(notice.value.toPrecision(4))}`}</Fact>
        <Fact name="Window">{at(notice.window.from)} to {at(notice.window.to)}, {plural(notice.records, "record")}</Fact>
        <Fact name="Told after">{span(notice.latency_ms)}{notice.is_late && "; the records came later than the rule waits for"}</Fact>
        {notice.rule.false_positives.length > 0 && <Fact name="May be none">{notice.rule.false_positives.map(visible).join("; ")}</Fact>}
        {notice.rule.tags.length > 0 && <Fact name="Tags">{notice.rule.tags.map(visible).join(", ")}</Fact>}
      </Facts>
    </>
  );
}

function Tools({ alert, place, onChanged }: Props & { readonly onChanged: () => void }) {
  const [dialog, setDialog] = useState<"acknowledge" | "silence">();
  const close = (): void => setDialog(undefined);
  const { notice } = alert;
  return (
    <>
      {notice.links.map((link) => (
        // The address is that of the server as other people reach it; its question is asked on this page.
        <button key={link.name} type="button" class="button" onClick={() => place.change({ ...readUrl(new URL(link.address).search), zone: place.state.zone })}>
          <Icon name={link.name === "Search" ? "search" : "lanes"} /> {link.name}
        </button>
      ))}
      {notice.rule.runbook !== null && <OutsideLink class="button" address={notice.rule.runbook} otherwise={null}><Icon name="link" /> Runbook</OutsideLink>}
      <button type="button" class="button" onClick={() => place.change({ view: "rules", item: alert.rule, tab: "" })}><Icon name="rule" /> Rule</button>
      {place.may("handle-alerts") && (
        <>
          <button type="button" class="button" onClick={() => setDialog("silence")}>{"Silence\u2026"}</button>
          {alert.acknowledged === null && <button type="button" class="button button-main" onClick={() => setDialog("acknowledge")}>{"I have seen it\u2026"}</button>}
        </>
      )}
      {dialog === "acknowledge" && <AcknowledgeDialog alert={alert} onDone={onChanged} onClose={close} />}
      {dialog === "silence" && <SilenceDialog alert={alert} onDone={onChanged} onClose={close} />}
    </>
  );
}
