// The records of all services in one order, with the time that passed between them.
import type { RefObject } from "preact";
import type { LogRecord } from "../api/types";
import { serviceOf } from "../chart/lanes";
import { span, timeOfDay } from "../time/format";
import { millisOf } from "../time/parse";
import type { Look } from "./actions";
import { levelOfRecord } from "./level";
import { Marked, messageOf } from "./message";
import { RecordDetail } from "./record-detail";

interface Props {
  readonly records: readonly LogRecord[];
  readonly openId: string;
  readonly look: Look;
  readonly list: RefObject<HTMLOListElement | null>;
}

const nothing = (): void => undefined;

/** The pause that only one in twenty exceeds. */
function longPause(records: readonly LogRecord[]): number {
  const pauses = records.slice(1).map((record, index) => millisOf(record.timestamp) - millisOf(records[index]?.timestamp ?? record.timestamp));
  return pauses.sort((left, right) => left - right)[Math.floor(pauses.length * 0.95)] ?? Infinity;
}

export function MergedList({ records, openId, look, list }: Props) {
  const long = longPause(records);
  return (
    <ol class="merged" ref={list}>
      {records.map((record, index) => {
        const before = records[index - 1];
        const pause = before === undefined ? 0 : millisOf(record.timestamp) - millisOf(before.timestamp);
        const isOpen = record.id === openId;
        return (
          <li key={record.id} class={isOpen ? "is-open" : ""}>
            <button type="button" class={`merged-row edge-${levelOfRecord(record)}`} aria-expanded={isOpen} onClick={() => look.actions.open(isOpen ? undefined : record)}>
              <time>{timeOfDay(record.timestamp, look.zone)}</time>
              <span class={pause >= long && pause > 0 ? "delta is-long" : "delta"}>{before === undefined ? "" : `+${span(pause)}`}</span>
              <span class="cell-service">{serviceOf(record)}</span>
              <span class="cell-message"><Marked text={messageOf(record)} terms={look.terms} /></span>
            </button>
            {isOpen && <RecordDetail record={record} look={look} onHeight={nothing} />}
          </li>
        );
      })}
    </ol>
  );
}
