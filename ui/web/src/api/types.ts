// The shapes of the HTTP interface, as the server answers them.

export type FieldValue = string | number | boolean | readonly FieldValue[];

export interface Origin {
  readonly cluster?: string;
  readonly node?: string;
  readonly namespace?: string;
  readonly pod?: string;
  readonly pod_uid?: string;
  readonly container?: string;
  readonly file?: string;
  readonly channel?: string;
  readonly offset?: number;
  readonly generation?: number;
}

export interface LogRecord {
  readonly id: string;
  readonly timestamp: string;
  readonly received_at: string;
  readonly stream: string;
  readonly origin: Origin;
  readonly fields: Readonly<Record<string, FieldValue>>;
  // Not there for whoever sees only some of the fields.
  readonly raw?: string;
}

export interface Scanned {
  readonly splits: number;
  readonly blocks: number;
  readonly rows: number;
  readonly bytes: number;
}

/** A column of a table: `time`, `number`, `text`, `boolean`, or `mixed`. */
export interface Column {
  readonly name: string;
  readonly kind: string;
}

export interface SearchAnswer {
  readonly records?: readonly LogRecord[];
  /** Present instead of records when the query has pipes. */
  readonly columns?: readonly Column[];
  readonly rows?: readonly (readonly (FieldValue | null)[])[];
  /** Whether a table has more rows than were asked for. */
  readonly truncated?: boolean;
  readonly cursor?: string | null;
  readonly took_ms: number;
  readonly scanned: Scanned;
}

/** How far a search has come. */
export interface Progress {
  readonly splits_done: number;
  readonly splits: number;
  readonly bytes: number;
  readonly far_requests: number;
  readonly far_bytes: number;
}

/** What a search would read, how long that takes and what it costs. */
export interface Estimate {
  readonly splits: { readonly hot: number; readonly warm: number; readonly cold: number; readonly archived: number };
  readonly splits_left_out: number;
  readonly requests: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly dollars: number;
}

export interface Bucket {
  readonly time: string | number;
  readonly count: number;
  readonly by?: Readonly<Record<string, number>>;
}

export interface HistogramAnswer {
  readonly from: string;
  readonly to: string;
  readonly step_ms: number;
  readonly buckets: readonly Bucket[];
  readonly total: number;
  readonly took_ms: number;
}

export interface FieldSummary {
  readonly name: string;
  readonly records: number;
  readonly distinct: number;
  readonly type: string;
}

export interface FieldsAnswer {
  readonly fields: readonly FieldSummary[];
  readonly total: number;
}

export interface ValuesAnswer {
  readonly field: string;
  readonly values: readonly { readonly value: FieldValue; readonly count: number }[];
  readonly distinct: number;
  readonly others: number;
  readonly missing: number;
}

export interface ContextAnswer {
  readonly records: readonly LogRecord[];
  readonly position: number;
}

export interface Hop {
  readonly service: string;
  readonly first: string;
  readonly last: string;
  readonly count: number;
  readonly errors: number;
}

export interface CorrelateAnswer {
  readonly id: string;
  readonly records: readonly LogRecord[];
  readonly services: readonly Hop[];
  readonly truncated: boolean;
}

export interface StreamSummary {
  readonly name: string;
  readonly records: number;
  readonly bytes: number;
  readonly oldest: string | null;
  readonly newest: string | null;
}

export interface ErrorBody {
  readonly kind: string;
  readonly message: string;
  readonly hint: string;
  readonly position?: { readonly offset: number; readonly length: number };
}
