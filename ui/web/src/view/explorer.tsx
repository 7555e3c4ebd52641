// The explorer: one question, and what answers it as a list, as it arrives, or along an id.
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import * as api from "../api/client";
import { applyExists, applyFilter } from "../query/edit";
import { splitPipes } from "../query/scan";
import { termsOf } from "../query/terms";
import type { Place } from "../shell/place";
import { rememberQuery } from "../state/kept";
import { useAnswer } from "../state/use-answer";
import { useEstimate } from "../state/use-estimate";
import { useKeys } from "../state/use-keys";
import { useRecords } from "../state/use-records";
import { minute } from "../time/format";
import { shifted, type Range } from "../time/presets";
import type { Actions, Look, Part } from "./actions";
import { CorrelateView } from "./correlate-view";
import { EstimateBar } from "./estimate-bar";
import { newestOf, rangeBefore } from "./nothing-found";
import { QueryBar } from "./query-bar";
import { SearchView } from "./search-view";
import { StreamChoice } from "./stream-choice";
import { TailView } from "./tail-view";
import { TimePicker } from "./time-picker";

// A bar about every nine pixels of a wide window.
const BUCKETS = 120;

export function Explorer({ place }: { readonly place: Place }) {
  const { state, change, explore } = place;
  const [run, setRun] = useState(0);
  const [notice, setNotice] = useState("");
  const [part, setPart] = useState<Part>("fields");
  const isPristine = useRef(location.search === "");

  const { query, from, to, stream, order } = state;
  const question = useMemo(() => ({ query, from, to, ...(stream === "" ? {} : { stream }) }), [query, from, to, stream]);
  // The chart and the fields are about the records that the pipes work on.
  const [conditions, pipes] = useMemo(() => splitPipes(query), [query]);
  const about = useMemo(() => ({ ...question, query: conditions }), [question, conditions]);
  const runKey = JSON.stringify([question, run]);
  const guard = useEstimate(state.view === "search" ? runKey : undefined, question);
  const searchKey = guard.go ? runKey : undefined;
  // The chart and the fields would each read as much again.
  const [wantsSides, setWantsSides] = useState<string>();
  const hasSides = guard.dear === undefined || wantsSides === runKey;
  const sideKey = hasSides ? searchKey : undefined;
  const streams = useAnswer(`${run}`, (signal) => api.streams(signal));
  const records = useRecords(searchKey === undefined ? undefined : searchKey + order, { ...question, order }, pipes !== "");
  const volume = useAnswer(sideKey === undefined ? undefined : `${sideKey} ${state.by}`, (signal) => api.histogram({ ...about, by: state.by, buckets: BUCKETS }, signal).then((answer) => ({ ...answer, by: state.by })));
  const fields = useAnswer(sideKey, (signal) => api.fields(about, signal));
  const known = streams.answer?.streams ?? [];

  const setRange = useCallback((range: Range) => {
    setNotice("");
    change({ ...range, id: "" });
  }, [change]);
  const setQuery = useCallback((next: string) => {
    setNotice("");
    // A filter clicked beside a correlation is a search.
    if (state.view === "correlate") explore({ query: next });
    else change({ query: next, id: "" });
    rememberQuery(next);
    setRun((count) => count + 1);
  }, [change, explore, state.view]);

  // The first look at a quiet system goes to its newest records, not to an empty quarter of an hour.
  useEffect(() => {
    const newest = newestOf(known, "");
    if (!isPristine.current || records.first === undefined || records.records.length > 0 || newest === undefined) return;
    isPristine.current = false;
    setNotice(`Nothing arrived in the last 15 minutes. Shown is the time before the newest record, ${minute(newest, state.zone)}.`);
    change(rangeBefore(newest), "replace");
  }, [streams.answer, records.first]);

  useKeys({
    "/": () => document.getElementById("query")?.focus(),
    "[": () => setRange(shifted(state, state.zone, -1)),
    "]": () => setRange(shifted(state, state.zone, 1)),
  });

  const actions = useMemo<Actions>(() => ({
    filter: (field, value, mode) => setQuery(applyFilter(query, field, value, mode)),
    filterExists: (field, mode) => setQuery(applyExists(query, field, mode)),
    correlate: (id) => change({ view: "correlate", follow: id, id: "" }),
    splitBy: (field) => change({ by: field }, "replace"),
    toggleColumn: (field) => {
      const others = state.columns.filter((column) => column !== field);
      change({ columns: others.length === state.columns.length ? [...others, field] : others }, "replace");
    },
    open: (record, opensAt = "fields") => {
      setPart(opensAt);
      change({ id: record?.id ?? "" }, "replace");
    },
  }), [query, state.columns, change, setQuery]);
  const terms = useMemo(() => (state.view === "correlate" ? [state.follow] : termsOf(query)), [query, state.view, state.follow]);
  const look = useMemo<Look>(() => ({ zone: state.zone, columns: state.columns, terms, part, actions }), [state.zone, state.columns, terms, part, actions]);

  const picker = (
    <TimePicker key={`${from} ${to} ${state.zone}`} range={state} zone={state.zone} onRange={setRange} onZone={(zone) => change({ zone }, "replace")} />
  );
  return (
    <div class="stage">
      {state.view !== "correlate" && (
        <div class="ask">
          <StreamChoice stream={stream} streams={known} onStream={(name) => change({ stream: name, id: "" })} />
          <QueryBar query={query} question={question} fieldNames={fields.answer?.fields.map((field) => field.name) ?? []} error={records.error} onRun={setQuery} />
          {state.view === "search" && picker}
        </div>
      )}
      {guard.dear !== undefined && !guard.go && <EstimateBar estimate={guard.dear} onRun={guard.approve} />}
      <main class="main">
        {state.view === "search" && (
          <SearchView
            state={state} question={about} runKey={runKey} records={records} volume={volume} fields={fields.answer} streams={known} look={look} notice={notice}
            guard={guard} onSides={hasSides ? undefined : () => setWantsSides(runKey)}
            onRange={setRange} onQuery={setQuery} onOrder={() => change({ order: order === "newest" ? "oldest" : "newest" })} onRetry={() => setRun(run + 1)}
            onDrawing={(tab) => change({ tab }, "replace")} mayExport={place.may("export")}
          />
        )}
        {state.view === "tail" && <TailView query={query} stream={stream} openId={state.id} look={look} />}
        {state.view === "correlate" && <CorrelateView id={state.follow} range={state} openId={state.id} look={look} picker={picker} onRange={setRange} />}
      </main>
    </div>
  );
}
