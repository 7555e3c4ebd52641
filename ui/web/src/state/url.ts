// Everything a colleague must see when the link is shared lives in the address.
import { DEFAULT_RANGE } from "../time/presets";
import type { Zone } from "../time/parse";

const VIEWS = ["search", "tail", "correlate", "alerts", "rules", "channels", "access", "reports", "incidents", "evidence", "streams", "people", "approvals"] as const;

export type View = (typeof VIEWS)[number];

export interface UrlState {
  readonly query: string;
  readonly from: string;
  readonly to: string;
  readonly stream: string;
  readonly view: View;
  readonly order: "newest" | "oldest";
  readonly zone: Zone;
  readonly columns: readonly string[];
  /** The open record. */
  readonly id: string;
  /** The id that the correlation view follows. */
  readonly follow: string;
  /** What of a view with many things is open: an alert, a rule. */
  readonly item: string;
  /** The field by whose values the bars of the chart are split. */
  readonly by: string;
  /** Which part of a view is shown, where it has several. */
  readonly tab: string;
}

export const DEFAULT_STATE: UrlState = {
  query: "", ...DEFAULT_RANGE, stream: "", view: "search", order: "newest", zone: "local", columns: [], id: "", follow: "", item: "", by: "level", tab: "",
};

export function readUrl(search: string): UrlState {
  const given = new URLSearchParams(search);
  const text = (name: string, otherwise: string): string => given.get(name) ?? otherwise;
  const view = VIEWS.find((known) => known === given.get("view")) ?? "search";
  return {
    query: text("q", ""),
    from: text("from", DEFAULT_STATE.from),
    to: text("to", DEFAULT_STATE.to),
    stream: text("stream", ""),
    view,
    order: given.get("order") === "oldest" ? "oldest" : "newest",
    zone: given.get("zone") === "utc" ? "utc" : "local",
    columns: given.getAll("column"),
    id: text("id", ""),
    follow: text("follow", ""),
    item: text("item", ""),
    by: text("by", DEFAULT_STATE.by),
    tab: text("tab", ""),
  };
}

/** What is as usual is left out, so that links stay short. */
export function writeUrl(state: UrlState): string {
  const out = new URLSearchParams();
  const put = (name: string, value: string, usual: string): void => {
    if (value !== usual) out.append(name, value);
  };
  put("q", state.query, "");
  put("from", state.from, DEFAULT_STATE.from);
  put("to", state.to, DEFAULT_STATE.to);
  put("stream", state.stream, "");
  put("view", state.view, "search");
  put("order", state.order, "newest");
  put("zone", state.zone, "local");
  for (const column of state.columns) out.append("column", column);
  put("id", state.id, "");
  put("follow", state.follow, "");
  put("item", state.item, "");
  put("by", state.by, DEFAULT_STATE.by);
  put("tab", state.tab, "");
  const text = out.toString();
  return text === "" ? "" : `?${text}`;
}
