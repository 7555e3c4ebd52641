// The found records: only the rows in sight exist; further pages load as they are scrolled to.
import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { LogRecord } from "../api/types";
import { dayOf } from "../time/format";
import { isWriting, useKeyDown } from "../state/use-keys";
import { followOf, type Look } from "./actions";
import { RecordDetail } from "./record-detail";
import { Row } from "./row";
import { topOf, windowOf, type ListShape } from "./window";

interface Props {
  readonly records: readonly LogRecord[];
  readonly openId: string;
  readonly look: Look;
  readonly onEnd?: () => void;
  readonly footer?: ComponentChildren;
  readonly label: string;
}

// The same numbers stand in records.css.
const ROW_PX = 25;
const NARROW_ROW_PX = 46;
const NARROW = "(max-width: 700px)";
const END_ROWS = 40;

export function RecordList({ records, openId, look, onEnd, footer, label }: Props) {
  const root = useRef<HTMLDivElement>(null);
  const [scroll, setScroll] = useState({ top: 0, viewport: 800 });
  const [focus, setFocus] = useState(-1);
  const [openHeight, setOpenHeight] = useState(0);
  const rowHeight = matchMedia(NARROW).matches ? NARROW_ROW_PX : ROW_PX;
  const openIndex = openId === "" ? -1 : records.findIndex((record) => record.id === openId);
  const shape: ListShape = { count: records.length, rowHeight, ...(openIndex < 0 ? {} : { open: { index: openIndex, height: openHeight } }) };
  const view = windowOf(shape, scroll.top, scroll.viewport);

  useLayoutEffect(() => {
    const element = root.current;
    if (element === null) return;
    const measure = (): void => setScroll({ top: element.scrollTop, viewport: element.clientHeight });
    measure();
    element.addEventListener("scroll", measure, { passive: true });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", measure);
      observer.disconnect();
    };
  }, []);
  useEffect(() => {
    if (onEnd !== undefined && records.length > 0 && view.end + END_ROWS >= records.length) onEnd();
  }, [view.end, records.length, onEnd]);
  const measureOpen = useCallback((height: number) => setOpenHeight(height), []);

  const show = (index: number): void => {
    const element = root.current;
    if (element === null) return;
    const top = topOf(shape, index);
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + 2 * rowHeight > element.scrollTop + element.clientHeight) element.scrollTop = top + 2 * rowHeight - element.clientHeight;
  };
  const onKey = (event: KeyboardEvent): void => {
    if (isWriting(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const record = records[focus];
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (step !== undefined && (event.key.length === 1 || root.current?.contains(document.activeElement) === true)) {
      event.preventDefault();
      const next = Math.min(records.length - 1, Math.max(0, focus + step));
      setFocus(next);
      show(next);
    } else if (event.key === "Escape" && openIndex >= 0) look.actions.open(undefined);
    else if (record !== undefined && !(event.target instanceof HTMLButtonElement)) actOn(record, event.key);
  };
  const actOn = (record: LogRecord, key: string): void => {
    const service = record.fields["service"];
    if (key === "Enter") look.actions.open(focus === openIndex ? undefined : record);
    else if (key === "c") look.actions.open(record, "neighbours");
    else if (key === "t" && followOf(record) !== undefined) look.actions.correlate(followOf(record) ?? "");
    else if ((key === "f" || key === "x") && typeof service === "string") look.actions.filter("service", service, key === "f" ? "include" : "exclude");
  };
  useKeyDown(onKey);

  const firstDay = records[0] === undefined ? "" : dayOf(records[0].timestamp, look.zone);
  const last = records.at(-1);
  const showDay = last !== undefined && dayOf(last.timestamp, look.zone) !== firstDay;
  return (
    <div class="record-list" ref={root} role="treegrid" aria-label={label} aria-rowcount={records.length} tabIndex={0}>
      <div style={{ height: `${view.before}px` }} />
      {records.slice(view.start, view.end).map((record, offset) => (
        <div key={record.id} role="rowgroup">
          <Row record={record} look={look} focused={view.start + offset === focus} open={record.id === openId} showDay={showDay} />
          {record.id === openId && <div role="row"><div role="gridcell"><RecordDetail record={record} look={look} onHeight={measureOpen} /></div></div>}
        </div>
      ))}
      <div style={{ height: `${view.after}px` }} />
      {footer}
    </div>
  );
}
