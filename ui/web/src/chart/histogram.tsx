// Volume over time, stacked by level or by the values of a field. Drag to zoom, double-click to go back.
import { useMemo, useRef, useState } from "preact/hooks";
import type { HistogramAnswer } from "../api/types";
import { axisLabel, minute, span } from "../time/format";
import { iso, millisOf, type Zone } from "../time/parse";
import type { Range } from "../time/presets";
import { grouped, short } from "../text/number";
import { oneLine } from "../text/visible";
import { WithSealed } from "../view/sealed";
import { layoutBars, type Bar } from "./layout";
import { BY_LEVEL, splitByValue, type Split } from "./split";
import { ticks } from "./ticks";
import { useWidth } from "./use-width";

const HEIGHT_PX = 84;
const AXIS_PX = 18;
const TICK_EVERY_PX = 110;
const DRAG_MIN_PX = 4;
const MARK_MIN_PX = 2;

/** A span of time that stands out. */
export interface Mark {
  readonly from: number;
  readonly to: number;
}

interface Props {
  readonly answer: HistogramAnswer;
  readonly zone: Zone;
  readonly marks?: readonly Mark[];
  /** Which field the bars are split by; severities when none is named. */
  readonly by?: string;
  readonly onZoom: (range: Range) => void;
}

export function Histogram({ answer, zone, marks = [], by = "level", onZoom }: Props) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root);
  const [from, to] = [millisOf(answer.from), millisOf(answer.to)];
  const [hover, setHover] = useState<number>();
  const [drag, setDrag] = useState<number>();
  const frame = { from, to, stepMs: answer.step_ms, width, height: HEIGHT_PX };
  const split = useMemo(() => (by === "level" ? BY_LEVEL : splitByValue(answer.buckets)), [answer, by]);
  const bars = useMemo(() => layoutBars(answer.buckets, frame, split), [answer, width, split]);
  const timeAt = (x: number): number => from + (x / Math.max(1, width)) * (to - from);
  const xOf = (event: PointerEvent): number => {
    const left = root.current?.getBoundingClientRect().left ?? 0;
    return Math.min(width, Math.max(0, event.clientX - left));
  };
  const release = (event: PointerEvent): void => {
    const [begin, end] = [drag ?? 0, xOf(event)].sort((left, right) => left - right) as [number, number];
    setDrag(undefined);
    if (end - begin >= DRAG_MIN_PX) onZoom({ from: iso(Math.floor(timeAt(begin))), to: iso(Math.ceil(timeAt(end))) });
  };
  const under = hover === undefined ? undefined : bars.find((bar) => hover >= bar.x && hover < bar.x + bar.width + 1);
  const highest = Math.max(0, ...answer.buckets.map((bucket) => bucket.count));
  const label = `${grouped(answer.total)} records between ${minute(from, zone)} and ${minute(to, zone)}, most in one bar: ${grouped(highest)}`;
  return (
    <div
      class="histogram" ref={root} role="img" aria-label={label}
      onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); setDrag(xOf(event)); }}
      onPointerMove={(event) => setHover(xOf(event))} onPointerLeave={() => setHover(undefined)} onPointerUp={release}
      onDblClick={() => onZoom({ from: iso(from - (to - from)), to: iso(to + (to - from)) })}
    >
      <svg width={width} height={HEIGHT_PX + AXIS_PX} aria-hidden="true">
        <line class="grid" x1="0" x2={width} y1="0.5" y2="0.5" />
        <line class="grid" x1="0" x2={width} y1={HEIGHT_PX / 2} y2={HEIGHT_PX / 2} />
        {marks.map((mark) => {
          const [left, right] = [mark.from, mark.to].map((time) => Math.min(width, Math.max(0, ((time - from) / (to - from)) * width))) as [number, number];
          return <rect key={mark.from} class="marked" x={left} width={Math.max(MARK_MIN_PX, right - left)} y="0" height={HEIGHT_PX} />;
        })}
        {bars.map((bar) => <Stake key={bar.time} bar={bar} lit={bar === under} />)}
        <line class="ground" x1="0" x2={width} y1={HEIGHT_PX + 0.5} y2={HEIGHT_PX + 0.5} />
        {ticks(from, to, width / TICK_EVERY_PX).map((time) => (
          <text key={time} class="tick" x={((time - from) / (to - from)) * width} y={HEIGHT_PX + 14} text-anchor="middle">
            {axisLabel(time, to - from, zone)}
          </text>
        ))}
        <text class="tick" x="2" y="11">{highest > 0 ? short(highest) : ""}</text>
        {drag !== undefined && hover !== undefined && (
          <rect class="brush" x={Math.min(drag, hover)} width={Math.abs(hover - drag)} y="0" height={HEIGHT_PX} />
        )}
      </svg>
      {under !== undefined && drag === undefined && <Tip bar={under} answer={answer} split={split} zone={zone} width={width} />}
    </div>
  );
}

/** A bar is a stake of the palisade: its top is cut to a point where there is room for one. */
function Stake({ bar, lit }: { readonly bar: Bar; readonly lit: boolean }) {
  return (
    <g class={lit ? "bar lit" : "bar"}>
      {bar.segments.map((segment, index) => {
        const isTop = index === bar.segments.length - 1;
        const cut = isTop && bar.width >= 4 ? Math.min(3, segment.height) : 0;
        const [left, right, bottom] = [bar.x, bar.x + bar.width, segment.y + segment.height];
        const shape = `M${left} ${bottom}V${segment.y + cut}L${(left + right) / 2} ${segment.y}L${right} ${segment.y + cut}V${bottom}Z`;
        const block = `M${left} ${bottom}V${segment.y}H${right}V${bottom}Z`;
        return <path key={segment.key} class={`fill-${segment.key}`} d={cut > 0 ? shape : block} />;
      })}
    </g>
  );
}

interface TipProps {
  readonly bar: Bar;
  readonly answer: HistogramAnswer;
  readonly split: Split;
  readonly zone: Zone;
  readonly width: number;
}

function Tip({ bar, answer, split, zone, width }: TipProps) {
  const bucket = answer.buckets.find((candidate) => millisOf(candidate.time) === bar.time);
  const middle = Math.min(width - 90, Math.max(90, bar.x + bar.width / 2));
  return (
    <div class="tip" style={{ left: `${middle}px` }}>
      <strong>{grouped(bar.count)}</strong> in {span(answer.step_ms)} from {minute(bar.time, zone)}
      {bucket !== undefined && [...split.of(bucket)].map(([key, count]) => (
        <span key={key} class={`chip level-${key}`}><WithSealed text={split.labels.get(key) ?? key} draw={oneLine} /> {grouped(count)}</span>
      ))}
    </div>
  );
}
