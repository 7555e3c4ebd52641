// An empty answer says where the records are instead.
import { histogram, type Question } from "../api/client";
import type { StreamSummary } from "../api/types";
import { useAnswer } from "../state/use-answer";
import { plural } from "../text/number";
import { minute } from "../time/format";
import { iso, millisOf, type Zone } from "../time/parse";
import { rangeLabel, type Range } from "../time/presets";
import { Notice } from "./notice";

const WIDER: readonly { readonly label: string; readonly from: string }[] = [
  { label: "the last 24 hours", from: "now-24h" },
  { label: "the last 7 days", from: "now-7d" },
  { label: "the last 30 days", from: "now-30d" },
  { label: "seven years", from: "now-2557d" },
];

const BEFORE_NEWEST_MS = 15 * 60_000;

export function newestOf(streams: readonly StreamSummary[], only: string): number | undefined {
  const times = streams.flatMap((stream) => (stream.newest === null || (only !== "" && stream.name !== only) ? [] : [millisOf(stream.newest)]));
  return times.length === 0 ? undefined : Math.max(...times);
}

/** The quarter of an hour that ends with the newest record. */
export const rangeBefore = (newest: number): Range => ({ from: iso(newest - BEFORE_NEWEST_MS), to: iso(newest + 1000) });

interface Props {
  readonly question: Question;
  readonly stream: string;
  readonly zone: Zone;
  readonly streams: readonly StreamSummary[];
  readonly onRange: (range: Range) => void;
  readonly onQuery: (query: string) => void;
}

export function NothingFound({ question, stream, zone, streams, onRange, onQuery }: Props) {
  const key = JSON.stringify([question, stream]);
  const wider = useAnswer(key, async (signal) => {
    for (const range of WIDER) {
      const only = stream === "" ? {} : { stream };
      const { total } = await histogram({ query: question.query, from: range.from, to: "now", buckets: 1, ...only }, signal);
      if (total > 0) return { ...range, total };
    }
    return undefined;
  });
  const newest = newestOf(streams, stream);
  const where = rangeLabel(question, zone).toLowerCase().replace(/^last/, "in the last");
  return (
    <Notice title={`Nothing matches ${/^in the/.test(where) ? where : `between ${rangeLabel(question, zone)}`}`}>
      {wider.loading && <p>{"Looking further back\u2026"}</p>}
      {wider.answer !== undefined && !wider.loading && <WiderButton found={wider.answer} onRange={onRange} />}
      {!wider.loading && wider.answer === undefined && question.query !== "" && <p>Nothing matches in seven years either: the query, not the time, is what excludes.</p>}
      {streams.length === 0 && <p>No stream has a record yet. Send some to /api/v1/ingest/app, or start an agent.</p>}
      <p class="notice-buttons">
        {newest !== undefined && <button type="button" class="button" onClick={() => onRange(rangeBefore(newest))}>Go to the newest record, {minute(newest, zone)}</button>}
        {question.query !== "" && <button type="button" class="button" onClick={() => onQuery("")}>Clear the query</button>}
      </p>
    </Notice>
  );
}

function WiderButton({ found, onRange }: { readonly found: { label: string; from: string; total: number }; readonly onRange: (range: Range) => void }) {
  return (
    <p>
      <button type="button" class="button button-main" onClick={() => onRange({ from: found.from, to: "now" })}>
        {plural(found.total, "record")} in {found.label}
      </button>
    </p>
  );
}
