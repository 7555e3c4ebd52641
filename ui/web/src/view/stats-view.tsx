// The answer to a query with pipes: as a picture where it is one, and as a table.
import type { FunctionComponent } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { SearchAnswer } from "../api/types";
import { drawingsOf, type Drawing } from "../chart/plot/drawing";
import { numberText } from "../chart/plot/option";
import type PlotOf from "../chart/plot/plot";
import { plotted } from "../chart/plot/series";
import { plural } from "../text/number";
import type { Zone } from "../time/parse";
import { Tabs } from "./parts/tabs";
import { StatsTable } from "./stats-table";

type Plot = FunctionComponent<Parameters<typeof PlotOf>[0]>;

const LABELS: Readonly<Record<Drawing, string>> = { number: "Number", line: "Lines", bars: "Bars", heat: "Heat map", table: "Table" };

interface Props {
  readonly answer: SearchAnswer;
  readonly zone: Zone;
  /** As the address says it; what cannot be drawn so is drawn as it best can. */
  readonly wanted: string;
  readonly onDrawing: (drawing: string) => void;
}

export function StatsView({ answer, zone, wanted, onDrawing }: Props) {
  const table = useMemo(() => ({ columns: answer.columns ?? [], rows: answer.rows ?? [] }), [answer]);
  const possible = useMemo(() => drawingsOf(table), [table]);
  const drawing = possible.find((one) => one === wanted) ?? possible[0] ?? "table";
  return (
    <div class="stats-view">
      {possible.length > 1 && <Tabs label="Drawn as" tabs={possible.map((one) => ({ tab: one, label: LABELS[one] }))} chosen={drawing} onTab={onDrawing} />}
      {drawing === "number" && <BigNumber answer={answer} />}
      {drawing !== "number" && drawing !== "table" && <Picture table={table} drawing={drawing} zone={zone} />}
      <StatsTable answer={answer} />
    </div>
  );
}

function BigNumber({ answer }: { readonly answer: SearchAnswer }) {
  return (
    <dl class="big-numbers">
      {(answer.columns ?? []).map((column, index) => {
        const value = answer.rows?.[0]?.[index];
        return <div key={column.name}><dt>{column.name}</dt><dd>{typeof value === "number" ? numberText(value) : "\u2013"}</dd></div>;
      })}
    </dl>
  );
}

interface PictureProps {
  readonly table: Parameters<typeof plotted>[0];
  readonly drawing: Drawing;
  readonly zone: Zone;
}

function Picture({ table, drawing, zone }: PictureProps) {
  const [Plot, setPlot] = useState<Plot>();
  const drawn = useMemo(() => plotted(table), [table]);
  useEffect(() => {
    let isWanted = true;
    // A state that is a function has to be given by one.
    void import("../chart/plot/plot").then((module) => isWanted && setPlot(() => module.default));
    return () => {
      isWanted = false;
    };
  }, []);
  if (drawn === undefined) return null;
  if (Plot === undefined) return <p class="plot loading" role="status"><span class="spinner" /> Drawing</p>;
  return <Plot plotted={drawn} drawing={drawing} zone={zone} label={`${LABELS[drawing]} of ${plural(drawn.series.length, "series", "series")} with ${plural(drawn.along.length, "place")}; the table says the same`} />;
}
