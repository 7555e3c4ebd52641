// A table of a report. A long one shows its beginning until somebody wants all of it.
import { useState } from "preact/hooks";
import { fileOf, type ReportDocument, type ReportTable } from "../../api/reports";
import type { Place } from "../../shell/place";
import { grouped } from "../../text/number";
import { visible } from "../../text/visible";
import { WithSealed } from "../sealed";
import { cellText } from "./cell";
import { Questions } from "./questions";

const SHOWN_FIRST = 12;
// What a page can carry; the file has the rest.
const SHOWN_MAX = 500;

interface Props {
  readonly table: ReportTable;
  readonly document: ReportDocument;
  readonly place: Place;
}

export function ReportTableView({ table, document, place }: Props) {
  const [all, setAll] = useState(false);
  const { zone } = place.state;
  const shown = table.rows.slice(0, all ? SHOWN_MAX : SHOWN_FIRST);
  const left = table.rows.length - shown.length;
  return (
    <figure class="report-figure">
      <figcaption>
        {visible(table.caption)} <Questions ids={table.queries} document={document} place={place} />
        {table.rows.length > 0 && <a class="query-link" href={fileOf(document.id, `tables/${encodeURIComponent(table.id)}`)} download={`${table.id}.csv`}>CSV</a>}
      </figcaption>
      {table.rows.length === 0 ? <p class="quiet">Nothing in this period.</p> : (
        <div class="sheet-scroll" tabIndex={0} role="region" aria-label={table.caption}>
          <table class="sheet">
            <thead><tr>{table.columns.map((column) => <th key={column.title} scope="col" class={column.kind === "number" ? "is-number" : undefined}>{visible(column.title)}</th>)}</tr></thead>
            <tbody>
              {shown.map((row, index) => (
                <tr key={index}>
                  {row.map((cell, at) => (
                    <td key={at} class={table.columns[at]?.kind === "number" ? "is-number" : undefined} data-label={table.columns[at]?.title}>
                      <WithSealed text={cellText(cell, zone)} draw={(text) => text} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {left > 0 && !all && <p><button type="button" class="button" onClick={() => setAll(true)}>{grouped(left)} more rows</button></p>}
      {left > 0 && all && <p class="quiet">{grouped(left)} more rows stand in the file.</p>}
      {table.is_cut && <p class="quiet">There are more than the report takes.</p>}
    </figure>
  );
}
