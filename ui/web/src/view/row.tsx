// One record as one line.
import { memo } from "./memo";
import type { LogRecord } from "../api/types";
import { dayOf, full, timeOfDay } from "../time/format";
import type { Look } from "./actions";
import { levelOfRecord } from "./level";
import { Marked, messageOf } from "./message";
import { maskedText } from "../text/sealed";
import { oneLine } from "../text/visible";
import { WithSealed } from "./sealed";

interface Props {
  readonly record: LogRecord;
  readonly look: Look;
  readonly focused: boolean;
  readonly open: boolean;
  readonly showDay: boolean;
}

export const Row = memo(({ record, look, focused, open, showDay }: Props) => {
  const level = levelOfRecord(record);
  const name = record.fields["level"];
  const service = record.fields["service"] ?? record.origin.container ?? record.stream;
  return (
    <div
      class={`row edge-${level} ${focused ? "is-focused" : ""} ${open ? "is-open" : ""}`} role="row" aria-selected={focused} aria-expanded={open}
      onClick={() => { if (getSelection()?.isCollapsed !== false) look.actions.open(open ? undefined : record); }}
    >
      <time role="gridcell" class="cell-time" dateTime={record.timestamp} title={full(record.timestamp, look.zone)}>
        {showDay && <span class="cell-day">{dayOf(record.timestamp, look.zone).slice(5)} </span>}
        {timeOfDay(record.timestamp, look.zone)}
      </time>
      <span role="gridcell" class={`cell-level level-${level}`}>{typeof name === "string" ? name.toUpperCase().slice(0, 5) : "\u2013"}</span>
      <span role="gridcell" class="cell-service" title={String(service)}>{oneLine(String(service))}</span>
      {look.columns.map((column) => (
        <span key={column} role="gridcell" class="cell-column" title={`${column}: ${maskedText(String(record.fields[column] ?? ""))}`}>
          <WithSealed text={String(record.fields[column] ?? "\u2013")} draw={oneLine} />
        </span>
      ))}
      <span role="gridcell" class="cell-message"><Marked text={messageOf(record)} terms={look.terms} /></span>
    </div>
  );
});
