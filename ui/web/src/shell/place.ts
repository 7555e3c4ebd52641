// What every view is given: where the page is, who looks, and how to go elsewhere.
import type { Who } from "../api/session";
import type { UrlState } from "../state/url";
import type { Change } from "../state/use-url";

export type Question = Pick<UrlState, "query" | "from" | "to" | "stream">;

export interface Place {
  readonly state: UrlState;
  readonly change: Change;
  readonly who: Who;
  readonly may: (permission: string) => boolean;
  /** Opens a question in the search; what is not said stays as it is. */
  readonly explore: (question: Partial<Question>) => void;
}
