// What the drawing library is told, from series and the colours of the page.
import type { EChartsCoreOption } from "echarts/core";
import { grouped, short } from "../../text/number";
import { visible } from "../../text/visible";
import { axisLabel, minute } from "../../time/format";
import type { Zone } from "../../time/parse";
import type { Drawing } from "./drawing";
import type { Plotted } from "./series";

/** Colours as the style sheet says them: one place for both themes. */
export interface Palette {
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly surface: string;
  readonly accent: string;
  readonly ground: string;
  readonly series: readonly string[];
}

const NAME_MAX = 40;
const cut = (name: string): string => (name.length > NAME_MAX ? `${name.slice(0, NAME_MAX - 1)}\u2026` : name);

export function optionOf(plotted: Plotted, drawing: Drawing, palette: Palette, zone: Zone): EChartsCoreOption {
  const common = {
    animation: false,
    textStyle: { fontFamily: "inherit", color: palette.ink },
    color: [...palette.series],
    grid: { left: 8, right: 16, top: plotted.series.length > 1 ? 34 : 14, bottom: 4, containLabel: true },
  };
  return drawing === "heat" ? { ...common, ...heatOf(plotted, palette, zone) } : { ...common, ...seriesOf(plotted, drawing, palette, zone) };
}

const labelOf = (value: number | string, isTime: boolean, zone: Zone): string => (isTime ? minute(Number(value), zone) : visible(`${value}`));

function axisOf(plotted: Plotted, palette: Palette, zone: Zone): object {
  const [first, last] = [Number(plotted.along[0]), Number(plotted.along.at(-1))];
  const label = (value: string): string => (plotted.isTime ? axisLabel(Number(value), last - first, zone) : cut(visible(value)));
  return {
    type: "category",
    data: plotted.along.map((value) => `${value}`),
    axisLine: { lineStyle: { color: palette.quiet } },
    axisTick: { show: false },
    axisLabel: { color: palette.quiet, hideOverlap: true, formatter: label },
  };
}

function seriesOf(plotted: Plotted, drawing: Drawing, palette: Palette, zone: Zone): object {
  const isLine = drawing === "line";
  return {
    // Drawn on the canvas: what a log line says is never read as markup.
    tooltip: {
      trigger: "axis", renderMode: "richText", backgroundColor: palette.surface, borderColor: palette.line, textStyle: { color: palette.ink, fontSize: 12 },
      formatter: (hovered: unknown) => tipOf(plotted, hovered, zone),
    },
    ...(plotted.series.length > 1 ? { legend: { type: "scroll", top: 0, left: 0, textStyle: { color: palette.ink }, pageTextStyle: { color: palette.quiet }, formatter: (name: string) => cut(visible(name)) } } : {}),
    xAxis: axisOf(plotted, palette, zone),
    yAxis: { type: "value", splitLine: { lineStyle: { color: palette.line, type: "dashed" } }, axisLabel: { color: palette.quiet, formatter: (value: number) => short(value) } },
    series: plotted.series.map((series) => ({
      name: series.name, type: isLine ? "line" : "bar", data: [...series.values], showSymbol: plotted.along.length < 3, lineStyle: { width: 2 },
      ...(isLine ? { connectNulls: false } : plotted.isTime ? { stack: "all" } : {}),
      emphasis: { focus: "series" },
    })),
  };
}

interface Hovered {
  readonly dataIndex: number;
}

function tipOf(plotted: Plotted, hovered: unknown, zone: Zone): string {
  const place = (Array.isArray(hovered) ? (hovered[0] as Hovered | undefined) : undefined)?.dataIndex ?? 0;
  const along = plotted.along[place];
  const values = plotted.series.map((series) => ({ name: series.name, value: series.values[place] ?? null })).filter((one) => one.value !== null);
  values.sort((one, other) => (other.value ?? 0) - (one.value ?? 0));
  return [along === undefined ? "" : labelOf(along, plotted.isTime, zone), ...values.map((one) => `${cut(visible(one.name))}  ${numberText(one.value ?? 0)}`)].join("\n");
}

export const numberText = (value: number): string => (Number.isInteger(value) ? grouped(value) : `${Number(value.toPrecision(5))}`);

function heatOf(plotted: Plotted, palette: Palette, zone: Zone): object {
  const most = Math.max(1, ...plotted.series.flatMap((series) => series.values.map((value) => value ?? 0)));
  const cells = plotted.series.flatMap((series, row) => series.values.map((value, column) => [column, row, value ?? 0]));
  return {
    tooltip: {
      renderMode: "richText", backgroundColor: palette.surface, borderColor: palette.line, textStyle: { color: palette.ink, fontSize: 12 },
      formatter: ({ value: [column, row, value] }: { readonly value: readonly [number, number, number] }) =>
        `${labelOf(plotted.along[column] ?? "", plotted.isTime, zone)}\n${cut(visible(plotted.series[row]?.name ?? ""))}  ${numberText(value)}`,
    },
    grid: { left: 8, right: 16, top: 8, bottom: 4, containLabel: true },
    xAxis: axisOf(plotted, palette, zone),
    yAxis: { type: "category", data: plotted.series.map((series) => series.name), axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: palette.quiet, formatter: (name: string) => cut(visible(name)) } },
    visualMap: { show: false, min: 0, max: most, inRange: { color: [palette.ground, palette.accent] } },
    series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: palette.surface, borderWidth: 1 } }],
  };
}
