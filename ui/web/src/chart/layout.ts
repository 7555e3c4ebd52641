// Places histogram buckets on a width and stacks their parts; numbers only, no drawing.
import type { Bucket } from "../api/types";
import { millisOf } from "../time/parse";
import { BY_LEVEL, type Split } from "./split";

export interface Segment {
  readonly key: string;
  readonly count: number;
  readonly y: number;
  readonly height: number;
}

export interface Bar {
  readonly x: number;
  readonly width: number;
  readonly time: number;
  readonly count: number;
  /** From the bottom upwards. */
  readonly segments: readonly Segment[];
}

export interface Frame {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly width: number;
  readonly height: number;
}

const GAP_PX = 1;
const VISIBLE_PX = 1.5;

export function layoutBars(buckets: readonly Bucket[], frame: Frame, split: Split = BY_LEVEL): readonly Bar[] {
  const highest = Math.max(1, ...buckets.map((bucket) => bucket.count));
  const perMs = frame.width / Math.max(1, frame.to - frame.from);
  return buckets.flatMap((bucket) => {
    const time = millisOf(bucket.time);
    const left = Math.max(0, (time - frame.from) * perMs);
    const right = Math.min(frame.width, (time + frame.stepMs - frame.from) * perMs);
    if (bucket.count === 0 || right <= left) return [];
    const width = Math.max(1, right - left - (right - left > 3 ? GAP_PX : 0));
    return [{ x: left, width, time, count: bucket.count, segments: stack(split.of(bucket), highest, frame.height) }];
  });
}

function stack(parts: ReadonlyMap<string, number>, highest: number, height: number): readonly Segment[] {
  let bottom = height;
  return [...parts].map(([key, count]) => {
    // One error among a million lines must still be seen.
    const tall = Math.max(VISIBLE_PX, (count / highest) * height);
    bottom -= tall;
    return { key, count, y: Math.max(0, bottom), height: tall };
  });
}
