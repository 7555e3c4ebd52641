// A value of a report as text, as it stands on paper too.
import type { Cell } from "../../api/reports";
import { bytes, grouped } from "../../text/number";
import { visible } from "../../text/visible";
import { minute, span } from "../../time/format";
import { millisOf, type Zone } from "../../time/parse";

export function cellText(cell: Cell, zone: Zone): string {
  switch (cell.kind) {
    case "text":
      return visible(cell.value);
    case "time":
      return minute(millisOf(cell.value), zone);
    case "integer":
      return grouped(cell.value);
    case "decimal":
      return `${Number(cell.value.toPrecision(6))}`;
    case "seconds":
      return span(cell.value * 1_000);
    case "bytes":
      return bytes(cell.value);
    case "share":
      return `${(cell.value * 100).toFixed(1)} %`;
    case "missing":
      return "\u2013";
  }
}

/** How much it is, for charts. */
export const magnitude = (cell: Cell): number => ("value" in cell && typeof cell.value === "number" ? cell.value : 0);
