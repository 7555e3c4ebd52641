// A piece of a report.
import type { Block, Figure, ReportDocument } from "../../api/reports";
import type { Place } from "../../shell/place";
import { visible } from "../../text/visible";
import { cellText } from "./cell";
import { Questions } from "./questions";
import { ReportDrawing } from "./report-chart";
import { ReportTableView } from "./report-table";

interface Props {
  readonly block: Block;
  readonly document: ReportDocument;
  readonly place: Place;
}

export function ReportBlock({ block, document, place }: Props) {
  switch (block.kind) {
    case "paragraph":
      return <p class="report-text">{visible(block.text)}</p>;
    case "gap":
      return <p class="report-gap"><strong>Gap:</strong> {visible(block.text)}</p>;
    case "figures":
      return <Figures figures={block.figures} document={document} place={place} />;
    case "table":
      return <ReportTableView table={block.table} document={document} place={place} />;
    case "chart":
      return <ReportDrawing chart={block.chart} document={document} place={place} />;
    case "verbatim":
      return <figure class="report-figure"><figcaption>{visible(block.caption)}</figcaption><pre class="verbatim" tabIndex={0}>{block.text}</pre></figure>;
    case "signatures":
      return <p class="quiet">On paper there are lines to sign on for {block.roles.map(visible).join(", ")}.</p>;
  }
}

function Figures({ figures, document, place }: Omit<Props, "block"> & { readonly figures: readonly Figure[] }) {
  const { zone } = place.state;
  return (
    <dl class="figures">
      {figures.map((figure) => (
        <div key={figure.label}>
          <dt>{visible(figure.label)}</dt>
          <dd>
            <strong>{cellText(figure.value, zone)}</strong>
            <Questions ids={figure.query === null ? [] : [figure.query]} document={document} place={place} />
            {figure.before.length > 0 && <small>before: {figure.before.map((cell) => cellText(cell, zone)).join(", ")}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
