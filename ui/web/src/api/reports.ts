// Reports of a month: those that were made, what stands in them, and where their files are.
import { get, post } from "./client";

export interface ReportLine {
  readonly id: string;
  readonly title: string;
  readonly month: string;
  readonly zone: string;
  readonly generated_at: string;
  readonly by: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly log_size: number;
}

export type Cell =
  | { readonly kind: "text" | "time"; readonly value: string }
  | { readonly kind: "integer" | "decimal" | "seconds" | "bytes" | "share"; readonly value: number }
  | { readonly kind: "missing" };

export interface ReportTable {
  readonly id: string;
  readonly caption: string;
  readonly columns: readonly { readonly title: string; readonly kind: "text" | "narrow" | "number" }[];
  readonly rows: readonly (readonly Cell[])[];
  readonly queries: readonly string[];
  readonly is_cut: boolean;
}

export interface Figure {
  readonly label: string;
  readonly value: Cell;
  readonly before: readonly Cell[];
  readonly query: string | null;
}

export interface ReportChart {
  readonly kind: "bars" | "heat-map";
  readonly table: ReportTable;
}

export type Block =
  | { readonly kind: "paragraph" | "gap"; readonly text: string }
  | { readonly kind: "figures"; readonly figures: readonly Figure[] }
  | { readonly kind: "table"; readonly table: ReportTable }
  | { readonly kind: "chart"; readonly chart: ReportChart }
  | { readonly kind: "verbatim"; readonly caption: string; readonly text: string }
  | { readonly kind: "signatures"; readonly roles: readonly string[] };

/** A question whose answer stands in the report. */
export interface ReportQuery {
  readonly id: string;
  readonly text: string;
  readonly stream: string | null;
  readonly from: string;
  readonly to: string;
  readonly note: string;
}

export interface ReportDocument {
  readonly id: string;
  readonly title: string;
  readonly tenant: string;
  readonly period: { readonly name: string; readonly from: string; readonly to: string; readonly zone: string };
  readonly generated_at: string;
  readonly checkpoint: { readonly origin: string; readonly size: number; readonly root: string } | null;
  readonly sections: readonly { readonly id: string; readonly title: string; readonly blocks: readonly Block[] }[];
  readonly queries: readonly ReportQuery[];
}

export const reports = (signal?: AbortSignal) => get<{ reports: readonly ReportLine[] }>("/api/v1/reports", {}, signal);

export const makeReport = (month: string, zone: string) => post<ReportLine>("/api/v1/reports", { month, ...(zone === "" ? {} : { zone }) });

/** Where a file of a report is: the PDF itself, `document`, `tables`, `tables/ID`, `proof`. */
export const fileOf = (id: string, part = ""): string => `/api/v1/reports/${encodeURIComponent(id)}${part === "" ? "" : `/${part}`}`;

export const reportDocument = (id: string, signal?: AbortSignal) => get<ReportDocument>(fileOf(id, "document"), {}, signal);
