// A chart of a report, drawn from the table that stands beneath it.
import type { ReportChart, ReportDocument, ReportTable } from "../../api/reports";
import type { Place } from "../../shell/place";
import { visible } from "../../text/visible";
import { cellText, magnitude } from "./cell";
import { Questions } from "./questions";
import { ReportTableView } from "./report-table";

interface Props {
  readonly chart: ReportChart;
  readonly document: ReportDocument;
  readonly place: Place;
}

export function ReportDrawing({ chart, document, place }: Props) {
  const { table } = chart;
  if (table.rows.length === 0) return <ReportTableView table={table} document={document} place={place} />;
  return (
    <>
      <figure class="report-figure">
        <figcaption>{visible(table.caption)} <Questions ids={table.queries} document={document} place={place} /></figcaption>
        {chart.kind === "bars" ? <Bars table={table} place={place} /> : <HeatMap table={table} />}
      </figure>
      <details><summary>The numbers of this chart</summary><ReportTableView table={table} document={document} place={place} /></details>
    </>
  );
}

function Bars({ table, place }: { readonly table: ReportTable; readonly place: Place }) {
  const most = Math.max(1, ...table.rows.map((row) => (row[1] === undefined ? 0 : magnitude(row[1]))));
  return (
    <ul class="bars">
      {table.rows.map(([label, value], index) => (label === undefined || value === undefined ? null : (
        <li key={index}>
          <span class="bar-label">{cellText(label, place.state.zone)}</span>
          <span class="bar-room"><span class="bar-length" style={{ width: `${(100 * magnitude(value)) / most}%` }} /></span>
          <span class="bar-value">{cellText(value, place.state.zone)}</span>
        </li>
      )))}
    </ul>
  );
}

/** Columns become rows: seven days below each other, 24 hours beside. */
function HeatMap({ table }: { readonly table: ReportTable }) {
  const sizes = table.rows.map((row) => row.slice(1).map(magnitude));
  const most = Math.max(1, ...sizes.flat());
  const labels = table.rows.map((row) => (row[0]?.kind === "text" ? row[0].value : ""));
  const days = table.columns.slice(1);
  return (
    <div class="heat-map" role="img" aria-label={`${table.caption}; the numbers stand below`} style={{ gridTemplateColumns: `auto repeat(${table.rows.length}, minmax(6px, 1fr))` }}>
      <span />
      {labels.map((label) => <span key={label} class="heat-title">{label}</span>)}
      {days.map((day, column) => [
        <span key={day.title} class="heat-label">{day.title}</span>,
        ...sizes.map((row, index) => {
          const size = row[column] ?? 0;
          return <span key={`${day.title} ${index}`} class="heat-cell" title={`${day.title} ${labels[index] ?? ""}: ${size}`} style={{ "--share": `${size === 0 ? 0 : 15 + (85 * size) / most}%` }} />;
        }),
      ])}
    </div>
  );
}
