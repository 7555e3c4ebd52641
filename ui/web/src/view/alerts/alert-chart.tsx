// The records of an alert over time, with the window that was measured.
import { histogram } from "../../api/client";
import type { Alert } from "../../api/alerts";
import { Histogram } from "../../chart/histogram";
import type { Place } from "../../shell/place";
import { readUrl } from "../../state/url";
import { useAnswer } from "../../state/use-answer";
import { millisOf } from "../../time/parse";
import { Panel } from "../parts/panel";

const BUCKETS = 90;
// As much before and after as the window is long: what was usual stands beside what was not.
const AROUND = 1;

type Asked = Parameters<typeof histogram>[0];

interface Props {
  readonly alert: Alert;
  readonly place: Place;
}

export function AlertChart({ alert, place }: Props) {
  const question = questionOf(alert);
  if (question === undefined || !place.may("search")) return null;
  return <Chart alert={alert} place={place} question={question} />;
}

function Chart({ alert, place, question }: Props & { readonly question: Asked }) {
  const asked = useAnswer(alert.id, (signal) => histogram({ ...question, by: "level", buckets: BUCKETS }, signal));
  const mark = { from: millisOf(alert.notice.window.from), to: millisOf(alert.notice.window.to) };
  return (
    <Panel title="What the rule looked at" asked={asked}>
      {(answer) => <Histogram answer={answer} zone={place.state.zone} marks={[mark]} onZoom={(range) => place.explore({ ...question, ...range })} />}
    </Panel>
  );
}

/** The question of the alert's link, for a longer time. */
function questionOf(alert: Alert): Asked | undefined {
  const link = alert.notice.links.find((candidate) => candidate.name === "Search");
  if (link === undefined) return undefined;
  const { query, stream } = readUrl(new URL(link.address).search);
  const [from, to] = [millisOf(alert.notice.window.from), millisOf(alert.notice.window.to)];
  const around = Math.max(60_000, (to - from) * AROUND);
  const range = { from: new Date(from - around).toISOString(), to: new Date(to + around).toISOString() };
  return { query, ...range, ...(stream === "" ? {} : { stream }) };
}
