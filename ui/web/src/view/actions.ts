// What a click on a value may ask for, given to every view.
import type { FilterMode } from "../query/edit";
import type { LogRecord } from "../api/types";
import type { Zone } from "../time/parse";

export interface Actions {
  readonly filter: (field: string, value: string | number | boolean, mode: FilterMode) => void;
  readonly filterExists: (field: string, mode: FilterMode) => void;
  readonly correlate: (id: string) => void;
  /** Splits the bars of the chart by the values of a field. */
  readonly splitBy: (field: string) => void;
  readonly toggleColumn: (field: string) => void;
  /** Opens a record, at one of its parts; without a record closes what is open. */
  readonly open: (record: LogRecord | undefined, part?: Part) => void;
}

/** What an open record shows. */
export const PARTS = ["fields", "raw", "neighbours"] as const;

export type Part = (typeof PARTS)[number];

/** The id by which a record is followed through services, if it has one. */
export function followOf(record: LogRecord): string | undefined {
  const values = ["correlation_id", "trace_id", "request_id"].map((name) => record.fields[name]);
  return values.find((value): value is string => typeof value === "string");
}

export interface Look {
  readonly zone: Zone;
  readonly columns: readonly string[];
  readonly terms: readonly string[];
  /** With which part a record opens. */
  readonly part: Part;
  readonly actions: Actions;
}
