// An open record: all fields, its origin, its exact text, its neighbours.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { LogRecord } from "../api/types";
import { readUrl, writeUrl } from "../state/url";
import { useReveal } from "../state/use-reveal";
import { hasSealed } from "../text/sealed";
import { visible } from "../text/visible";
import { full } from "../time/format";
import { iso, millisOf } from "../time/parse";
import { PARTS, followOf, type Look, type Part } from "./actions";
import { Context } from "./context";
import { FieldTable } from "./field-table";
import { Icon } from "./icon";
import { Marked, messageOf, wholeOf } from "./message";
import { ClearBanner } from "./clear-banner";
import { RevealDialog } from "./reveal-dialog";
import { WithSealed } from "./sealed";

interface Props {
  readonly record: LogRecord;
  readonly look: Look;
  readonly onHeight: (height: number) => void;
}

// Around the record, so that the link finds it whatever range the reader's page would show.
const LINK_AROUND_MS = 5 * 60_000;

function permalink(record: LogRecord): string {
  const time = millisOf(record.timestamp);
  const state = { ...readUrl(location.search), id: record.id, view: "search" as const, from: iso(time - LINK_AROUND_MS), to: iso(time + LINK_AROUND_MS) };
  return `${location.origin}${location.pathname}${writeUrl(state)}`;
}

export function RecordDetail({ record, look, onHeight }: Props) {
  const root = useRef<HTMLElement>(null);
  const [tab, setTab] = useState<Part>(look.part);
  const [copied, setCopied] = useState("");
  const [asks, setAsks] = useState(false);
  const reveal = useReveal(record.id);
  const shown = reveal.clear?.record ?? record;
  // A key asks for another part of a record that is open already.
  useEffect(() => setTab(look.part), [look.part]);
  useLayoutEffect(() => {
    const element = root.current;
    if (element === null) return;
    const measure = (): void => onHeight(element.offsetHeight);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const copy = (what: string, text: string): void => {
    navigator.clipboard.writeText(text).then(() => setCopied(`${what} copied`), () => setCopied("The browser does not allow copying"));
  };
  const follow = followOf(record);
  return (
    <section class="detail" ref={root} aria-label="Record">
      <p class="detail-message"><Marked text={messageOf(shown)} terms={look.terms} whole /></p>
      {reveal.clear !== undefined && <ClearBanner clear={reveal.clear} secondsLeft={reveal.secondsLeft} onHide={reveal.hide} />}
      <div class="detail-bar">
        <div role="tablist" class="tabs">
          {PARTS.map((name) => (
            <button key={name} type="button" role="tab" aria-selected={tab === name} onClick={() => setTab(name)}>{name}</button>
          ))}
        </div>
        <span class="detail-time">{full(record.timestamp, look.zone)}</span>
        <span class="spring" />
        <span class="quiet" role="status">{copied}</span>
        {reveal.clear === undefined && hasSealed(record.raw ?? "") && (
          <button type="button" class="button" onClick={() => setAsks(true)}><Icon name="eye" /> {"Reveal\u2026"}</button>
        )}
        {follow !== undefined && (
          <button type="button" class="button" onClick={() => look.actions.correlate(follow)}><Icon name="lanes" /> Correlate</button>
        )}
        <button type="button" class="button" onClick={() => copy("Link", permalink(record))}><Icon name="link" /> Link</button>
        <button type="button" class="button" onClick={() => copy("Record", wholeOf(record))}><Icon name="copy" /> Copy</button>
      </div>
      {tab === "fields" && <FieldTable record={record} clear={reveal.clear?.record} look={look} />}
      {tab === "raw" && shown.raw === undefined && <p class="quiet">The exact text has fields that are not shown to you.</p>}
      {tab === "raw" && shown.raw !== undefined && <pre class="raw"><WithSealed text={shown.raw} draw={visible} /></pre>}
      {tab === "neighbours" && <Context record={record} look={look} />}
      {asks && <RevealDialog onReveal={reveal.ask} onClose={() => setAsks(false)} />}
    </section>
  );
}
