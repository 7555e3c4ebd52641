// One lane per service on one time axis; a tick per record, errors stand out.
import { useRef } from "preact/hooks";
import type { CorrelateAnswer, LogRecord } from "../api/types";
import { axisLabel } from "../time/format";
import type { Zone } from "../time/parse";
import { bounds, layoutLanes } from "./lanes";
import { ticks } from "./ticks";
import { useWidth } from "./use-width";

const LANE_PX = 26;
const AXIS_PX = 20;
const TICK_EVERY_PX = 120;

interface Props {
  readonly answer: CorrelateAnswer;
  readonly zone: Zone;
  readonly onOpen: (record: LogRecord) => void;
}

export function SwimLanes({ answer, zone, onOpen }: Props) {
  const track = useRef<HTMLDivElement>(null);
  const width = useWidth(track);
  const lanes = layoutLanes(answer, width);
  const [from, to] = bounds(answer);
  const height = lanes.length * LANE_PX;
  return (
    <div class="lanes">
      <ul class="lane-names" aria-hidden="true">{lanes.map((lane) => <li key={lane.service}>{lane.service}</li>)}</ul>
      <div class="lane-track" ref={track}>
        <svg width={width} height={height + AXIS_PX} role="img" aria-label={`Timeline of ${lanes.length} services; the table below has the same numbers`}>
          {ticks(from, to, width / TICK_EVERY_PX).map((time) => {
            const x = ((time - from) / (to - from)) * width;
            return (
              <g key={time}>
                <line class="grid" x1={x} x2={x} y1="0" y2={height} />
                <text class="tick" x={x} y={height + 14} text-anchor="middle">{axisLabel(time, to - from, zone)}</text>
              </g>
            );
          })}
          {lanes.map((lane, index) => (
            <g key={lane.service}>
              <rect class="lane-span" x={lane.left - 2} width={lane.right - lane.left + 4} y={index * LANE_PX + 7} height={LANE_PX - 14} rx="3" />
              {lane.ticks.map((tick) => (
                <rect
                  key={tick.record.id} class={tick.grave ? "lane-tick is-grave" : "lane-tick"} onClick={() => onOpen(tick.record)}
                  x={tick.x - (tick.grave ? 1.5 : 1)} width={tick.grave ? 3 : 2} y={index * LANE_PX + (tick.grave ? 3 : 6)} height={LANE_PX - (tick.grave ? 6 : 12)}
                />
              ))}
            </g>
          ))}
        </svg>
      </div>
    </div>
  );
}
