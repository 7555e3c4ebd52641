// Alerts as a table, the newest first, the page loading more of them when asked.
import { useEffect, useState } from "preact/hooks";
import { alerts, type Alert } from "../../api/alerts";
import type { ApiError } from "../../api/client";
import type { Place } from "../../shell/place";
import { asApiError, useAnswer } from "../../state/use-answer";
import { useEvery } from "../../state/use-every";
import { visible } from "../../text/visible";
import { span } from "../../time/format";
import { millisOf } from "../../time/parse";
import { ItemLink } from "../parts/item-link";
import { Panel } from "../parts/panel";
import { SeverityMark } from "../parts/severity";
import { Time } from "../parts/time";
import { Refusal } from "../refusal";

// How soon an open page shows what was told meanwhile.
const REFRESH_MS = 10_000;

interface Props {
  /** `open`, `over`, or `all`. */
  readonly state: string;
  readonly place: Place;
}

export function AlertList({ state, place }: Props) {
  const refreshes = useEvery(REFRESH_MS);
  const which = state === "all" ? {} : { state };
  const asked = useAnswer(`${refreshes}`, (signal) => alerts(which, signal));
  const [later, setLater] = useState<readonly Alert[]>([]);
  const [cursor, setCursor] = useState<string | null>();
  const [error, setError] = useState<ApiError>();
  useEffect(() => {
    // What came first in a refreshed page moves on; further pages are asked for again.
    setLater([]);
    setCursor(undefined);
  }, [asked.answer]);
  return (
    <Panel title={TITLES[state] ?? "Alerts"} asked={asked}>
      {(page) => {
        const next = cursor === undefined ? page.cursor : cursor;
        const more = (): void => {
          if (next === null) return;
          alerts({ ...which, cursor: next }).then(
            (further) => {
              setLater([...later, ...further.alerts]);
              setCursor(further.cursor);
            },
            (cause: unknown) => setError(asApiError(cause)),
          );
        };
        const all = [...page.alerts, ...later];
        if (all.length === 0) return <p class="quiet">{NOTHING[state] ?? "There are no alerts."}</p>;
        return (
          <>
            <AlertTable alerts={all} place={place} />
            <Refusal error={error} />
            {next !== null && <p><button type="button" class="button" onClick={more}>Older alerts</button></p>}
          </>
        );
      }}
    </Panel>
  );
}

const TITLES: Readonly<Record<string, string>> = { open: "Open alerts", over: "Alerts that are over", all: "All alerts" };

const NOTHING: Readonly<Record<string, string>> = {
  open: "No alert is open. Under Rules you see what is watched for.",
  over: "No alert was over so far.",
  all: "No alert was told so far. Under Rules you see what is watched for.",
};

function AlertTable({ alerts: shown, place }: { readonly alerts: readonly Alert[]; readonly place: Place }) {
  return (
    <table class="sheet">
      <thead><tr><th scope="col">Severity</th><th scope="col">What</th><th scope="col">Told</th><th scope="col">Lasts</th><th scope="col">Seen by</th></tr></thead>
      <tbody>
        {shown.map((alert) => (
          <tr key={alert.id}>
            <td><SeverityMark severity={alert.notice.severity} /></td>
            <th scope="row"><ItemLink item={alert.id} place={place}>{visible(alert.notice.rule.title)}</ItemLink><br /><span class="quiet">{visible(alert.notice.summary)}</span></th>
            <td data-label="Told"><Time at={alert.told_at} zone={place.state.zone} /></td>
            <td data-label="Lasts">{alert.ended_at === null ? "goes on" : span(millisOf(alert.ended_at) - millisOf(alert.began_at))}</td>
            <td data-label="Seen by">{alert.acknowledged === null ? <span class="quiet">nobody</span> : visible(alert.acknowledged.by)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
