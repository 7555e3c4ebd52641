// The fields of one record with what can be done with each value, and where the record came from.
import type { ComponentChildren } from "preact";
import type { FieldValue, LogRecord } from "../api/types";
import { full } from "../time/format";
import { visible } from "../text/visible";
import type { Look } from "./actions";
import { FilterButtons } from "./filter-buttons";
import { Icon } from "./icon";

// What is worth following across services: names that say so, and values that look drawn at random.
export function looksLikeId(name: string, value: FieldValue): boolean {
  if (typeof value !== "string" || value.length < 4 || /\s/.test(value)) return false;
  return /(^|[._-])(id|uuid|guid|trace|span|session)$|(Id|ID|_id)$/.test(name) || /^[0-9a-f-]{16,}$/i.test(value);
}

export function FieldTable({ record, look }: { readonly record: LogRecord; readonly look: Look }) {
  const fields = Object.entries(record.fields).filter(([name]) => name !== "message");
  const origin = Object.entries(record.origin).filter(([, value]) => value !== "");
  return (
    <div class="field-tables">
      <table>
        <caption>Fields</caption>
        <tbody>{fields.map(([name, value]) => <FieldRow key={name} name={name} value={value} look={look} />)}</tbody>
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

function FieldRow({ name, value, look }: { readonly name: string; readonly value: FieldValue; readonly look: Look }) {
  const isOne = typeof value !== "object";
  const text = isOne ? String(value) : JSON.stringify(value);
  return (
    <tr>
      <th scope="row" title={name}>{name}</th>
      <td>
        <span class={`type-${typeof value}`}>{visible(text)}</span>
        <span class="row-buttons">
          {isOne && <FilterButtons what={`${name} ${text}`} onFilter={(mode) => look.actions.filter(name, value, mode)} />}
          <button type="button" class="icon-button" aria-pressed={look.columns.includes(name)} aria-label={`Column ${name}`} title="Show as a column" onClick={() => look.actions.toggleColumn(name)}>
            <Icon name="column" />
          </button>
          {looksLikeId(name, value) && (
            <button type="button" class="icon-button" aria-label={`Correlate ${text}`} title="Follow this value through all services" onClick={() => look.actions.correlate(text)}>
              <Icon name="lanes" />
            </button>
          )}
        </span>
      </td>
    </tr>
  );
}
