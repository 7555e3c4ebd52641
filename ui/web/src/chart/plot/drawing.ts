// In which ways an answer can be drawn; the first is the one that says most.
import { rolesOf, type Rows } from "./series";

export type Drawing = "number" | "line" | "bars" | "heat" | "table";

// More bars than this are a wall.
const BARS_MAX = 200;

export function drawingsOf({ columns, rows }: Rows): readonly Drawing[] {
  const { time, numbers, names } = rolesOf(columns);
  if (rows.length === 0 || numbers.length === 0) return ["table"];
  if (rows.length === 1 && time === undefined && names.length === 0) return ["number", "table"];
  if (time !== undefined) return names.length === 1 && numbers.length === 1 ? ["line", "bars", "heat", "table"] : ["line", "bars", "table"];
  if (names.length === 2 && numbers.length === 1) return ["heat", "bars", "table"];
  return rows.length <= BARS_MAX && names.length > 0 ? ["bars", "table"] : ["table"];
}
