// What a click on a value may ask for, given to every view.
import type { FilterMode } from "../query/edit";
import type { LogRecord } from "../api/types";
import type { Zone } from "../time/parse";

export interface Actions {
  readonly filter: (field: string, value: string | number | boolean, mode: FilterMode) => void;
  readonly filterExists: (field: string, mode: FilterMode) => void;
  readonly correlate: (id: string) => void;
  readonly toggleColumn: (field: string) => void;
  readonly open: (record: LogRecord | undefined) => void;
}

export interface Look {
  readonly zone: Zone;
  readonly columns: readonly string[];
  readonly terms: readonly string[];
  readonly actions: Actions;
}
