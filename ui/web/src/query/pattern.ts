// A condition that finds the messages of a pattern: what differs may be any text without spaces.

const PLACES = /<(?:number|hex|uuid)>/;

export function conditionOf(pattern: string): string {
  const pieces = pattern.split(PLACES).map((piece) => piece.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  return `message:/^${pieces.join("\\S+")}$/`;
}
