// An open record: all fields, its origin, its exact text, its neighbours.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { LogRecord } from "../api/types";
import { readUrl, writeUrl } from "../state/url";
import { visible } from "../text/visible";
import { full } from "../time/format";
import { iso, millisOf } from "../time/parse";
import type { Look } from "./actions";
import { Context } from "./context";
import { FieldTable } from "./field-table";
import { Icon } from "./icon";
import { Marked, messageOf } from "./message";

interface Props {
  readonly record: LogRecord;
  readonly look: Look;
  readonly onHeight: (height: number) => void;
}

const TABS = ["fields", "raw", "neighbours"] as const;
// Around the record, so that the link finds it whatever range the reader's page would show.
const LINK_AROUND_MS = 5 * 60_000;

function permalink(record: LogRecord): string {
  const time = millisOf(record.timestamp);
  const state = { ...readUrl(location.search), id: record.id, view: "search" as const, from: iso(time - LINK_AROUND_MS), to: iso(time + LINK_AROUND_MS) };
  return `${location.origin}${location.pathname}${writeUrl(state)}`;
}

export function RecordDetail({ record, look, onHeight }: Props) {
  const root = useRef<HTMLElement>(null);
  const [tab, setTab] = useState<(typeof TABS)[number]>("fields");
  const [copied, setCopied] = useState("");
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
  const follow = ["correlation_id", "trace_id", "request_id"].map((name) => record.fields[name]).find((value) => typeof value === "string");
  return (
    <section class="detail" ref={root} aria-label="Record">
      <p class="detail-message"><Marked text={messageOf(record)} terms={look.terms} whole /></p>
      <div class="detail-bar">
        <div role="tablist" class="tabs">
          {TABS.map((name) => (
            <button key={name} type="button" role="tab" aria-selected={tab === name} onClick={() => setTab(name)}>{name}</button>
          ))}
        </div>
        <span class="detail-time">{full(record.timestamp, look.zone)}</span>
        <span class="spring" />
        <span class="quiet" role="status">{copied}</span>
        {follow !== undefined && (
          <button type="button" class="button" onClick={() => look.actions.correlate(follow)}><Icon name="lanes" /> Correlate</button>
        )}
        <button type="button" class="button" onClick={() => copy("Link", permalink(record))}><Icon name="link" /> Link</button>
        <button type="button" class="button" onClick={() => copy("Record", record.raw)}><Icon name="copy" /> Copy</button>
      </div>
      {tab === "fields" && <FieldTable record={record} look={look} />}
      {tab === "raw" && <pre class="raw">{visible(record.raw)}</pre>}
      {tab === "neighbours" && <Context record={record} look={look} />}
    </section>
  );
}
