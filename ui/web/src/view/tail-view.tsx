// Live records, newest first.
import { useState } from "preact/hooks";
import { useTail } from "../state/use-tail";
import { grouped, plural } from "../text/number";
import type { Look } from "./actions";
import { Icon } from "./icon";
import { ErrorNotice, Notice } from "./notice";
import { RecordList } from "./record-list";

interface Props {
  readonly query: string;
  readonly stream: string;
  readonly openId: string;
  readonly look: Look;
}

export function TailView({ query, stream, openId, look }: Props) {
  const [held, setHeld] = useState(false);
  // A list that moves while one reads an open record would be useless.
  const paused = held || openId !== "";
  const tail = useTail(query, paused);
  if (tail.state === "refused" && tail.error !== undefined) return <ErrorNotice error={tail.error} query={query} />;
  const shown = stream === "" ? tail.records : tail.records.filter((record) => record.stream === stream);
  const state = paused ? "Paused" : tail.state === "live" ? "Live" : "Connecting\u2026";
  return (
    <section class="results" aria-label="Live tail">
      <div class="result-bar">
        <button type="button" class="button" aria-pressed={paused} onClick={() => { if (openId !== "") look.actions.open(undefined); setHeld(!paused); }}>
          <Icon name={paused ? "play" : "pause"} /> {paused ? "Resume" : "Pause"}
        </button>
        <span class={`live-state is-${paused ? "paused" : tail.state}`} role="status">{state}</span>
        <span>{tail.perSecond < 10 ? tail.perSecond.toFixed(1) : grouped(Math.round(tail.perSecond))} records/s</span>
        {tail.buffered > 0 && <span>{plural(tail.buffered, "record")} waiting</span>}
        {tail.notShown > 0 && <span class="warning">{grouped(tail.notShown)} not shown: more came than a page can carry; search finds them all</span>}
        <span class="spring" />
        <button type="button" class="button" onClick={tail.clear}>Clear</button>
      </div>
      {tail.error !== undefined && <p class="form-error" role="alert">{tail.error.body.message} Trying again.</p>}
      {shown.length === 0
        ? <Notice title={tail.state === "live" ? "Waiting for the next record" : "Connecting"}><p>Records that match the query appear here within a second of their arrival.</p></Notice>
        : <RecordList records={shown} openId={openId} look={look} label="Live records, newest first" />}
    </section>
  );
}
