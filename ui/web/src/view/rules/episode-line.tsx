// Episodes on a line of time: how often somebody would have been called, and whether that comes in swarms.
import { useRef } from "preact/hooks";
import type { Episode } from "../../api/rules";
import { ticks } from "../../chart/ticks";
import { useWidth } from "../../chart/use-width";
import { plural } from "../../text/number";
import { axisLabel } from "../../time/format";
import { millisOf, type Zone } from "../../time/parse";

const HEIGHT_PX = 26;
const AXIS_PX = 18;
const MARK_MIN_PX = 3;
const TICK_EVERY_PX = 130;

interface Props {
  readonly from: number;
  readonly to: number;
  readonly episodes: readonly Episode[];
  readonly zone: Zone;
}

export function EpisodeLine({ from, to, episodes, zone }: Props) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root);
  const xOf = (time: number): number => Math.min(width, Math.max(0, ((time - from) / Math.max(1, to - from)) * width));
  return (
    <div class="episode-line" ref={root} role="img" aria-label={`${plural(episodes.length, "episode")} on a line of time; the table below lists them`}>
      <svg width={width} height={HEIGHT_PX + AXIS_PX} aria-hidden="true">
        <line class="ground" x1="0" x2={width} y1={HEIGHT_PX + 0.5} y2={HEIGHT_PX + 0.5} />
        {episodes.map((episode) => {
          const [left, right] = [xOf(millisOf(episode.from)), xOf(episode.to === null ? to : millisOf(episode.to))];
          return <rect key={`${episode.from} ${episode.group.join()}`} class="episode" x={left} y="2" width={Math.max(MARK_MIN_PX, right - left)} height={HEIGHT_PX - 4} />;
        })}
        {ticks(from, to, width / TICK_EVERY_PX).map((time) => <text key={time} class="tick" x={xOf(time)} y={HEIGHT_PX + 14} text-anchor="middle">{axisLabel(time, to - from, zone)}</text>)}
      </svg>
    </div>
  );
}
