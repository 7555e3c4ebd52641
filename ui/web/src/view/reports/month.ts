// The month before one: the last that is over.
export function lastMonth(now: Date): string {
  const before = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1));
  return before.toISOString().slice(0, 7);
}
