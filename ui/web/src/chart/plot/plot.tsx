// Draws an answer with ECharts. Its code is fetched with the first picture; a table says the same to whoever does not see it.
import { BarChart, HeatmapChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init, use, type ECharts } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "preact/hooks";
import { useTheme } from "../../state/use-theme";
import type { Zone } from "../../time/parse";
import type { Drawing } from "./drawing";
import { optionOf, type Palette } from "./option";
import type { Plotted } from "./series";

use([BarChart, HeatmapChart, LineChart, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent, CanvasRenderer]);

interface Props {
  readonly plotted: Plotted;
  readonly drawing: Drawing;
  readonly zone: Zone;
  readonly label: string;
}

export default function Plot({ plotted, drawing, zone, label }: Props) {
  const root = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(undefined);
  const theme = useTheme();
  useEffect(() => {
    const element = root.current;
    if (element === null) return;
    const made = init(element);
    chart.current = made;
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.dispose();
    };
  }, []);
  useEffect(() => {
    const element = root.current;
    if (element !== null) chart.current?.setOption(optionOf(plotted, drawing, paletteOf(element), zone), { notMerge: true });
  }, [plotted, drawing, zone, theme]);
  return <div class="plot" ref={root} role="img" aria-label={label} />;
}

const SERIES = ["--plot-1", "--plot-2", "--plot-3", "--plot-4", "--plot-5", "--plot-6", "--plot-7", "--plot-8", "--plot-9", "--plot-10", "--plot-11", "--plot-12"];

function paletteOf(element: HTMLElement): Palette {
  // A colour that depends on the theme is worked out by the browser, on an element that has it.
  const probe = document.createElement("span");
  element.append(probe);
  const of = (name: string): string => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const palette = { ink: of("--ink"), quiet: of("--quiet"), line: of("--line"), surface: of("--surface"), accent: of("--accent"), ground: of("--ground"), series: SERIES.map(of) };
  probe.remove();
  return palette;
}
