// Incidents: the clocks that run since somebody became aware, and what is known.
import { get, post } from "./client";

export const DUTIES = ["early-warning", "notification"] as const;

export type Duty = (typeof DUTIES)[number];

export interface Note {
  readonly by: string;
  readonly at: string;
  readonly text: string;
}

export interface Incident {
  readonly id: string;
  readonly title: string;
  readonly aware_at: string;
  readonly opened_at: string;
  readonly opened_by: string;
  readonly closed_at: string | null;
  readonly query: string | null;
  readonly stream: string | null;
  readonly duties: Readonly<Record<Duty, { readonly due_at: string; readonly standing: string }>>;
  readonly notes: readonly Note[];
  readonly told: readonly { readonly duty: Duty; readonly at: string | null; readonly note: Note }[];
  readonly known?: {
    readonly first: string | null;
    readonly last: string | null;
    readonly records: number;
    readonly users: number;
    readonly people: readonly { readonly field: string; readonly people: number; readonly stream: string }[];
  } | null;
}

export interface NewIncident {
  readonly title: string;
  readonly aware_at?: string;
  readonly query?: string;
  readonly stream?: string;
}

const path = (id: string, part = ""): string => `/api/v1/incidents/${encodeURIComponent(id)}${part}`;

export const incidents = (signal?: AbortSignal) => get<{ incidents: readonly Incident[] }>("/api/v1/incidents", {}, signal);

export const incident = (id: string, signal?: AbortSignal) => get<Incident>(path(id), {}, signal);

export const openIncident = (wanted: NewIncident) => post<Incident>("/api/v1/incidents", wanted);

export const addNote = (id: string, text: string) => post<unknown>(path(id, "/notes"), { text });

/** Without a time it is written down that nobody need be told. */
export const tell = (id: string, duty: Duty, at: string | undefined, text: string) => post<unknown>(path(id, "/told"), { duty, text, ...(at === undefined ? {} : { at }) });

export const closeIncident = (id: string, text: string) => post<unknown>(path(id, "/closure"), { text });

/** Where the draft of what to tell is. */
export const draftOf = (id: string): string => path(id, "/draft");
