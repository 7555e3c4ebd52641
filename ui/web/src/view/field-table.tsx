// The fields of one record with what can be done with each value, and where the record came from.
import type { ComponentChildren } from "preact";
import type { FieldValue, LogRecord } from "../api/types";
import { full } from "../time/format";
import { hasSealed, maskedText, tokenOf } from "../text/sealed";
import { visible } from "../text/visible";
import type { Look } from "./actions";
import { FilterButtons } from "./filter-buttons";
import { Icon } from "./icon";
import { WithSealed } from "./sealed";

// What is worth following across services: names that say so, and values that look drawn at random.
export function looksLikeId(name: string, value: FieldValue): boolean {
  if (typeof value !== "string" || value.length < 4 || /\s/.test(value)) return false;
  return /(^|[._-])(id|uuid|guid|trace|span|session)$|(Id|ID|_id)$/.test(name) || /^[0-9a-f-]{16,}$/i.test(value);
}

interface Props {
  readonly record: LogRecord;
  /** The same in clear, while it may be seen. */
  readonly clear: LogRecord | undefined;
  readonly look: Look;
}

export function FieldTable({ record, clear, look }: Props) {
  const fields = Object.entries(record.fields).filter(([name]) => name !== "message");
  const origin = Object.entries(record.origin).filter(([, value]) => value !== "");
  return (
    <div class="field-tables">
      <table>
        <caption>Fields</caption>
        <tbody>{fields.map(([name, value]) => <FieldRow key={name} name={name} value={value} clear={clear?.fields[name]} look={look} />)}</tbody>
      </table>
      <table class="origin">
        <caption>Origin</caption>
        <tbody>
          <Plain name="stream">{record.stream}</Plain>
          {origin.map(([name, value]) => <Plain key={name} name={name}>{visible(String(value))}</Plain>)}
          <Plain name="received">{full(record.received_at, look.zone)}</Plain>
          <Plain name="id">{record.id}</Plain>
        </tbody>
      </table>
    </div>
  );
}

function Plain({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{children}</td>
    </tr>
  );
}

interface RowProps {
  readonly name: string;
  readonly value: FieldValue;
  readonly clear: FieldValue | undefined;
  readonly look: Look;
}

const textOf = (value: FieldValue): string => (typeof value === "object" ? JSON.stringify(value) : String(value));

/** What is done with a value in clear is done with its token: it must not get into the address or into what the browser keeps. */
function FieldRow({ name, value, clear, look }: RowProps) {
  const isOne = typeof value !== "object";
  const text = textOf(value);
  const isSealed = hasSealed(text);
  const shown = isSealed && clear !== undefined ? textOf(clear) : text;
  const what = maskedText(text);
  return (
    <tr>
      <th scope="row" title={name}>{name}</th>
      <td>
        <span class={`type-${typeof value} ${shown === text ? "" : "is-clear"}`}><WithSealed text={shown} draw={visible} /></span>
        <span class="row-buttons">
          {isOne && <FilterButtons what={`${name} ${what}`} onFilter={(mode) => look.actions.filter(name, value, mode)} />}
          <button type="button" class="icon-button" aria-pressed={look.columns.includes(name)} aria-label={`Column ${name}`} title="Show as a column" onClick={() => look.actions.toggleColumn(name)}>
            <Icon name="column" />
          </button>
          {(looksLikeId(name, value) || tokenOf(value) !== undefined) && (
            <button type="button" class="icon-button" aria-label={`Correlate ${what}`} title="Follow this value through all services" onClick={() => look.actions.correlate(text)}>
              <Icon name="lanes" />
            </button>
          )}
        </span>
      </td>
    </tr>
  );
}
