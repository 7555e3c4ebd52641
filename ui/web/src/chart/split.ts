// What the bars of the histogram are stacked of: severities, or the values of a field.
import type { Bucket } from "../api/types";
import { LEVELS, levelOf, type Level } from "../view/level";

export interface Split {
  /** Names of the parts by their keys, in the order in which they stand on each other, from the ground up. */
  readonly labels: ReadonlyMap<string, string>;
  readonly of: (bucket: Bucket) => ReadonlyMap<string, number>;
}

/** The gravest first: errors stand on the ground line and can be compared. */
export const BY_LEVEL: Split = { labels: new Map(LEVELS.map((level) => [level, level])), of: countsByLevel };

function countsByLevel(bucket: Bucket): ReadonlyMap<Level, number> {
  const sums = new Map<Level, number>();
  let known = 0;
  for (const [value, count] of Object.entries(bucket.by ?? {})) {
    sums.set(levelOf(value), (sums.get(levelOf(value)) ?? 0) + count);
    known += count;
  }
  if (bucket.count > known) sums.set("other", (sums.get("other") ?? 0) + bucket.count - known);
  return new Map(LEVELS.flatMap((level) => (sums.get(level) ? [[level, sums.get(level) ?? 0] as const] : [])));
}

// What the server calls the values that it does not tell apart, and records without one. They stand on top, in no colour.
const COMMON: ReadonlyMap<string, readonly [string, string]> = new Map([["other", ["plot-others", "other values"]], ["(none)", ["none", "(none)"]]]);

/** By the values that the buckets tell, the most frequent one on the ground. */
export function splitByValue(buckets: readonly Bucket[]): Split {
  const totals = new Map<string, number>();
  for (const bucket of buckets) for (const [value, count] of Object.entries(bucket.by ?? {})) totals.set(value, (totals.get(value) ?? 0) + count);
  const named = [...totals].filter(([value]) => !COMMON.has(value)).sort((one, other) => other[1] - one[1]);
  const common = [...COMMON].filter(([value]) => totals.has(value));
  const parts = [...named.map(([value], index) => [value, `plot-${index + 1}`, value] as const), ...common.map(([value, [key, label]]) => [value, key, label] as const)];
  return {
    labels: new Map(parts.map(([, key, label]) => [key, label])),
    of: (bucket) => new Map(parts.flatMap(([value, key]) => (bucket.by?.[value] ? [[key, bucket.by[value]] as const] : []))),
  };
}
