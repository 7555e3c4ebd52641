// Streams: what is kept in each, where and how long, and what in it is protected.
import { get } from "./client";

export interface StreamLine {
  readonly stream: string;
  readonly class: string;
  readonly kept: string;
  readonly lock: string;
  readonly protected: readonly string[];
  /** Kinds of values that are protected wherever they stand: `iban`, `email`. */
  readonly looked_for: readonly string[];
  readonly records: number;
  readonly oldest: string | null;
  readonly newest: string | null;
}

export interface Inventory {
  readonly storages: { readonly hot: string; readonly warm: string | null; readonly cold: string | null; readonly anchor: string | null };
  readonly streams: readonly StreamLine[];
  readonly is_cut: boolean;
}

export const inventory = (signal?: AbortSignal) => get<Inventory>("/api/v1/inventory", {}, signal);
