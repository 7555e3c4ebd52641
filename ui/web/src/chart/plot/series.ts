// Turns the rows of an answer into series: what stands along the bottom, and one line or row of bars for each group and number.
import type { Column, FieldValue } from "../../api/types";

export type Row = readonly (FieldValue | null)[];

export interface Rows {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export interface Series {
  readonly name: string;
  /** One for each place along the bottom; null where there is none. */
  readonly values: readonly (number | null)[];
}

export interface Plotted {
  /** Times in milliseconds, or names. */
  readonly along: readonly (number | string)[];
  readonly isTime: boolean;
  readonly series: readonly Series[];
  /** Series that were joined to the last one, as nobody tells so many colours apart. */
  readonly joined: number;
}

// As many colours as people tell apart in one picture.
export const SERIES_MAX = 12;

const text = (value: FieldValue | null | undefined): string => (value === null || value === undefined ? "(none)" : typeof value === "string" ? value : JSON.stringify(value));
const number = (value: FieldValue | null | undefined): number | null => (typeof value === "number" ? value : null);

/** Which columns hold numbers, and which say what they are about. */
export function rolesOf(columns: readonly Column[]): { readonly numbers: readonly number[]; readonly names: readonly number[]; readonly time: number | undefined } {
  const places = columns.map((_, index) => index);
  const time = places.find((index) => columns[index]?.kind === "time");
  const numbers = places.filter((index) => columns[index]?.kind === "number");
  return { time, numbers, names: places.filter((index) => index !== time && !numbers.includes(index)) };
}

export function plotted({ columns, rows }: Rows): Plotted | undefined {
  const { time, numbers, names } = rolesOf(columns);
  const first = time ?? names[0];
  if (first === undefined || numbers.length === 0 || rows.length === 0) return undefined;
  const groups = names.filter((index) => index !== first);
  const along: (number | string)[] = [];
  const placeOf = new Map<string, number>();
  const found = new Map<string, Map<number, number | null>>();
  for (const row of rows) {
    const label = text(row[first]);
    let place = placeOf.get(label);
    if (place === undefined) {
      place = along.length;
      placeOf.set(label, place);
      along.push(time === undefined ? label : Date.parse(label));
    }
    const group = groups.map((index) => text(row[index])).join(", ");
    for (const index of numbers) {
      const column = columns[index]?.name ?? "";
      const name = group === "" ? column : numbers.length === 1 ? group : `${group}: ${column}`;
      const values = found.get(name) ?? new Map<number, number | null>();
      found.set(name, values);
      values.set(place, number(row[index]));
    }
  }
  const all = [...found].map(([name, values]) => ({ name, values: along.map((_, place) => values.get(place) ?? null) }));
  return { along, isTime: time !== undefined, ...joinedOf(all) };
}

const total = (series: Series): number => series.values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

/** The largest stay; the others become one, so that nothing is left out of the whole. */
function joinedOf(all: readonly Series[]): { readonly series: readonly Series[]; readonly joined: number } {
  if (all.length <= SERIES_MAX) return { series: all, joined: 0 };
  const ordered = [...all].sort((one, other) => total(other) - total(one));
  const [kept, others] = [ordered.slice(0, SERIES_MAX - 1), ordered.slice(SERIES_MAX - 1)];
  const length = all[0]?.values.length ?? 0;
  const sums = Array.from({ length }, (_, place) => others.reduce<number | null>((sum, { values }) => {
    const value = values[place] ?? null;
    return value === null ? sum : (sum ?? 0) + value;
  }, null));
  return { series: [...kept, { name: `${others.length} others`, values: sums }], joined: others.length };
}
