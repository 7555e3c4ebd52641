// Search: volume over time, fields beside, records below.
import { useState } from "preact/hooks";
import { context, type Question } from "../api/client";
import type { FieldsAnswer, HistogramAnswer, StreamSummary } from "../api/types";
import { Histogram } from "../chart/histogram";
import { Legend } from "../chart/legend";
import { useAnswer, type Asked } from "../state/use-answer";
import { LIST_RECORDS_MAX, type Records } from "../state/use-records";
import type { Guard } from "../state/use-estimate";
import type { UrlState } from "../state/url";
import { bytes, grouped, plural } from "../text/number";
import { rangeLabel, type Range } from "../time/presets";
import type { Look } from "./actions";
import { progressText } from "./estimate-bar";
import { FieldPanel } from "./field-panel";
import { Icon } from "./icon";
import { ErrorNotice, Notice } from "./notice";
import { NothingFound } from "./nothing-found";
import { Tabs } from "./parts/tabs";
import { PatternsView } from "./patterns-view";
import { RecordList } from "./record-list";
import { StatsView } from "./stats-view";
import { TakeAway } from "./take-away";

interface Props {
  readonly state: UrlState;
  readonly question: Question & { stream?: string };
  readonly runKey: string;
  readonly records: Records;
  readonly volume: Asked<HistogramAnswer & { readonly by: string }>;
  readonly fields: FieldsAnswer | undefined;
  readonly streams: readonly StreamSummary[];
  readonly look: Look;
  readonly notice: string;
  readonly guard: Guard;
  /** Loads the chart and the fields, when they were left out. */
  readonly onSides: (() => void) | undefined;
  readonly onRange: (range: Range) => void;
  readonly onQuery: (query: string) => void;
  readonly onOrder: () => void;
  readonly onRetry: () => void;
  readonly onDrawing: (drawing: string) => void;
  readonly mayExport: boolean;
}

export function SearchView(props: Props) {
  const { state, records, volume, look, guard } = props;
  const [showsFields, setShowsFields] = useState(false);
  if (guard.dear !== undefined && !guard.go) return <Notice title="The search was not run yet"><p>See above what it would read. A shorter time or a stream reads less.</p></Notice>;
  if (records.error !== undefined) return <ErrorNotice error={records.error} query={state.query} onRetry={props.onRetry} />;
  const isTable = records.first?.columns !== undefined;
  const showsPatterns = !isTable && state.tab === "patterns";
  const hasRecords = records.records.length > 0;
  const isEmpty = !isTable && !records.loading && !guard.checking && records.first !== undefined && !hasRecords;
  return (
    <>
      {props.notice !== "" && <p class="banner" role="status">{props.notice}</p>}
      <div class="chart" aria-busy={volume.loading}>
        {props.onSides !== undefined && (
          <p class="left-out">
            <span class="quiet">The chart and the fields are left out: each reads as much from far away again.</span>
            <button type="button" class="button" onClick={props.onSides}>Load them</button>
          </p>
        )}
        {volume.answer !== undefined && props.onSides === undefined && <Histogram answer={volume.answer} by={volume.answer.by} zone={state.zone} onZoom={props.onRange} />}
        {volume.answer !== undefined && props.onSides === undefined && volume.answer.by !== "level" && <Legend by={volume.answer.by} buckets={volume.answer.buckets} onEnd={() => look.actions.splitBy("level")} />}
        {volume.error !== undefined && <p class="quiet">{volume.error.body.message}</p>}
      </div>
      <div class={`explorer ${showsFields ? "shows-fields" : ""}`}>
        <FieldPanel answer={props.onSides === undefined ? props.fields : undefined} question={props.question} look={look} runKey={props.runKey} />
        <section class="results" aria-label="Records" aria-busy={records.loading}>
          <ResultBar {...props} onFields={() => setShowsFields(!showsFields)} />
          <Linked {...props} />
          {isTable && <StatsView answer={records.first} zone={state.zone} wanted={state.tab} onDrawing={props.onDrawing} />}
          {isEmpty && <NothingFound question={props.question} stream={state.stream} zone={state.zone} streams={props.streams} onRange={props.onRange} onQuery={props.onQuery} />}
          {(records.loading || guard.checking) && !isTable && !hasRecords && <Notice title={"Searching\u2026"}>{records.progress !== undefined && <p>{progressText(records.progress)}</p>}</Notice>}
          {!records.loading && !guard.checking && records.first === undefined && <Notice title="The search was cancelled" />}
          {hasRecords && showsPatterns && <PatternsView query={state.query} question={props.question} runKey={props.runKey} zone={state.zone} onQuery={props.onQuery} />}
          {hasRecords && !showsPatterns && (
            <RecordList records={records.records} openId={state.id} look={look} onEnd={records.more} footer={<End records={records} />} label={`Records, ${state.order} first`} />
          )}
        </section>
      </div>
    </>
  );
}

/** All of them where they were counted, else how many are here. */
function countText(records: Records, counted: HistogramAnswer | undefined): string {
  const rows = records.first?.rows;
  if (rows !== undefined) return `${records.first?.truncated === true ? "the first " : ""}${plural(rows.length, "row")}`;
  if (counted !== undefined) return plural(counted.total, "record");
  return records.first === undefined ? "\u2026" : `${records.hasMore ? "more than " : ""}${plural(records.records.length, "record")}`;
}

const SHOWN_AS = [{ tab: "", label: "Lines" }, { tab: "patterns", label: "Patterns" }] as const;

function ResultBar({ state, records, volume, mayExport, onSides, onOrder, onDrawing, onFields }: Props & { readonly onFields: () => void }) {
  const answer = records.first;
  return (
    <div class="result-bar">
      <button type="button" class="button fields-toggle" onClick={onFields}>Fields</button>
      {answer !== undefined && answer.columns === undefined && (
        <Tabs label="Shown as" tabs={SHOWN_AS} chosen={state.tab === "patterns" ? "patterns" : ""} onTab={onDrawing} />
      )}
      <strong>{countText(records, onSides === undefined ? volume.answer : undefined)}</strong>
      <span class="quiet only-wide">{rangeLabel(state, state.zone)}</span>
      <span class="spring" />
      {records.loading && records.progress !== undefined && <span class="quiet" role="status">{progressText(records.progress)}</span>}
      {records.loading
        ? <button type="button" class="button" onClick={records.cancel}><span class="spinner" /> Cancel</button>
        : answer !== undefined && (
          <span class="quiet only-wide" title={`${grouped(answer.scanned.splits)} splits, ${grouped(answer.scanned.blocks)} blocks, ${grouped(answer.scanned.rows)} rows`}>
            {answer.took_ms < 1 ? "<1" : Math.round(answer.took_ms)} ms, {bytes(answer.scanned.bytes)} read
          </span>
        )}
      <TakeAway asked={state} mayExport={mayExport} isTable={answer?.columns !== undefined} />
      <button type="button" class="button" onClick={onOrder} title="Change the order"><Icon name="list" /> {state.order} first</button>
    </div>
  );
}

/** A record that a link names, when the list does not have it. */
function Linked({ state, records, look }: Props) {
  const isMissing = state.id !== "" && !records.loading && records.first !== undefined && !records.records.some((record) => record.id === state.id);
  const { answer, error } = useAnswer(isMissing ? state.id : undefined, (signal) => context(state.id, 0, signal));
  if (!isMissing) return null;
  if (error !== undefined) return <p class="banner" role="status">The linked record is not shown: {error.body.message} {error.body.hint}</p>;
  const record = answer?.records.find((candidate) => candidate.id === state.id);
  if (record === undefined) return null;
  return <div class="linked"><RecordList records={[record]} openId={state.id} look={look} label="Linked record" /></div>;
}

function End({ records }: { readonly records: Records }) {
  if (records.loading) return <p class="list-end"><span class="spinner" /> Loading more</p>;
  if (records.records.length >= LIST_RECORDS_MAX) return <p class="list-end">The first {grouped(LIST_RECORDS_MAX)} records. Narrow the query or the time to see others.</p>;
  return <p class="list-end">{records.hasMore ? "" : "No more records in this range"}</p>;
}
