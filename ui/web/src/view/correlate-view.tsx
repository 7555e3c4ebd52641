// Everything that carries one id: where it went, when, and where it failed.
import type { ComponentChildren } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { correlate } from "../api/client";
import type { CorrelateAnswer, LogRecord } from "../api/types";
import { useAnswer } from "../state/use-answer";
import { plural } from "../text/number";
import { span } from "../time/format";
import { millisOf } from "../time/parse";
import type { Range } from "../time/presets";
import type { Look } from "./actions";
import { looksLikeId } from "./field-table";
import { HopTable } from "./hop-table";
import { isGrave } from "./level";
import { MergedList } from "./merged-list";
import { ErrorNotice, Notice } from "./notice";
import { SwimLanes } from "../chart/swim-lanes";

interface Props {
  readonly id: string;
  readonly range: Range;
  readonly openId: string;
  readonly look: Look;
  readonly picker: ComponentChildren;
  readonly onRange: (range: Range) => void;
}

const WIDER = [{ label: "24 hours", from: "now-24h" }, { label: "7 days", from: "now-7d" }, { label: "30 days", from: "now-30d" }];
const OTHERS_SHOWN = 6;

/** Other ids that the same records carry: the next thing to follow. */
function otherIds(records: readonly LogRecord[], id: string): readonly (readonly [string, string])[] {
  const found = new Map<string, string>();
  for (const record of records) {
    for (const [name, value] of Object.entries(record.fields)) {
      if (looksLikeId(name, value) && value !== id && found.size < OTHERS_SHOWN) found.set(String(value), name);
    }
  }
  return [...found];
}

export function CorrelateView({ id, range, openId, look, picker, onRange }: Props) {
  const key = id === "" ? undefined : JSON.stringify([id, range]);
  const { answer, error, loading } = useAnswer(key, (signal) => correlate(id, range.from, range.to, signal));
  return (
    <section class="correlate" aria-label="Correlation" aria-busy={loading}>
      <form
        class="correlate-form"
        onSubmit={(event) => {
          event.preventDefault();
          const given = new FormData(event.currentTarget).get("id");
          if (typeof given === "string" && given.trim() !== "") look.actions.correlate(given.trim());
        }}
      >
        <label for="follow">Follow</label>
        <input id="follow" name="id" key={id} defaultValue={id} spellcheck={false} placeholder="Any id: correlation, trace, request, user, order" />
        <button type="submit" class="button button-main">Correlate</button>
        {WIDER.map((wider) => <button key={wider.from} type="button" class="button" aria-pressed={range.from === wider.from} onClick={() => onRange({ from: wider.from, to: "now" })}>{wider.label}</button>)}
        {picker}
      </form>
      {error !== undefined && <ErrorNotice error={error} query={id} />}
      {id === "" && <Notice title="Follow an id through all services"><p>Paste an id, or open a record and press Correlate.</p></Notice>}
      {error === undefined && id !== "" && answer === undefined && <Notice title="Looking in every stream" />}
      {error === undefined && answer?.records.length === 0 && <Notice title="Nothing carries this id in this time range"><p>Choose a longer range above.</p></Notice>}
      {error === undefined && answer !== undefined && answer.records.length > 0 && <Found answer={answer} id={id} openId={openId} look={look} />}
    </section>
  );
}

function Found({ answer, id, openId, look }: { readonly answer: CorrelateAnswer; readonly id: string; readonly openId: string; readonly look: Look }) {
  const list = useRef<HTMLOListElement>(null);
  const others = useMemo(() => otherIds(answer.records, id), [answer, id]);
  const times = answer.records.map((record) => millisOf(record.timestamp));
  const failure = answer.records.find(isGrave);
  const show = (record: LogRecord): void => {
    look.actions.open(record);
    requestAnimationFrame(() => list.current?.querySelector(".is-open")?.scrollIntoView({ block: "center" }));
  };
  return (
    <>
      <p class="correlate-summary">
        <strong>{plural(answer.records.length, "record")}</strong> in <strong>{plural(answer.services.length, "service")}</strong> over{" "}
        <strong>{span(Math.max(...times) - Math.min(...times))}</strong>
        {answer.truncated && <span class="warning"> more exist than are shown</span>}
        {failure !== undefined && <button type="button" class="button button-grave" onClick={() => show(failure)}>Go to the first error</button>}
      </p>
      <SwimLanes answer={answer} zone={look.zone} onOpen={show} />
      <HopTable hops={answer.services} zone={look.zone} start={Math.min(...times)} />
      {others.length > 0 && (
        <p class="others">
          The same records also carry
          {others.map(([value, name]) => <button key={value} type="button" class="chip" onClick={() => look.actions.correlate(value)}>{name} <b>{value}</b></button>)}
        </p>
      )}
      <MergedList records={answer.records} openId={openId} look={look} list={list} />
    </>
  );
}
