// Places the records of one id on swim-lanes, one per service, in the order the services were reached.
import type { CorrelateAnswer, LogRecord } from "../api/types";
import { millisOf } from "../time/parse";
import { isGrave } from "../view/level";

export interface Tick {
  readonly x: number;
  readonly grave: boolean;
  readonly record: LogRecord;
}

export interface Lane {
  readonly service: string;
  readonly left: number;
  readonly right: number;
  readonly ticks: readonly Tick[];
}

export const serviceOf = (record: LogRecord): string => String(record.fields["service"] ?? record.origin.container ?? record.stream);

export function bounds(answer: CorrelateAnswer): readonly [number, number] {
  const times = answer.records.map((record) => millisOf(record.timestamp));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  // One record alone, or several at one instant, still need an axis.
  const margin = Math.max(1, (last - first) * 0.02);
  return [first - margin, last + margin];
}

export function layoutLanes(answer: CorrelateAnswer, width: number): readonly Lane[] {
  const [from, to] = bounds(answer);
  const x = (time: string): number => ((millisOf(time) - from) / (to - from)) * width;
  return [...answer.services]
    .sort((left, right) => millisOf(left.first) - millisOf(right.first))
    .map((hop) => ({
      service: hop.service,
      left: x(hop.first),
      right: x(hop.last),
      ticks: answer.records
        .filter((record) => serviceOf(record) === hop.service)
        .map((record) => ({ x: x(record.timestamp), grave: isGrave(record), record })),
    }));
}
