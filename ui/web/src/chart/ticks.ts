// Round places on a time axis.

const STEPS_MS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5, 108e5, 216e5, 432e5,
  864e5, 2 * 864e5, 7 * 864e5, 14 * 864e5, 30 * 864e5, 91 * 864e5, 365 * 864e5,
];

/** Labels are about this wide on each side of their place; nearer to the edge they would be cut. */
const EDGE_SHARE = 0.02;

export function ticks(from: number, to: number, wanted: number): readonly number[] {
  const step = STEPS_MS.find((candidate) => (to - from) / candidate <= wanted) ?? 365 * 864e5;
  const first = Math.ceil(from / step) * step;
  const count = Math.max(0, Math.floor((to - first) / step) + 1);
  return Array.from({ length: count }, (_, index) => first + index * step).filter((time) => time - from >= (to - from) * EDGE_SHARE && to - time >= (to - from) * EDGE_SHARE);
}
