// What is shown instead of records: an error with its next step, an empty answer, a sign-in.
import type { ComponentChildren } from "preact";
import type { ApiError } from "../api/client";
import { sliceAtBytes } from "../query/position";

export function ErrorNotice({ error, query, onRetry }: { readonly error: ApiError; readonly query: string; readonly onRetry?: () => void }) {
  const { position, message, hint } = error.body;
  const [before, at, after] = position === undefined ? [query, "", ""] : sliceAtBytes(query, position.offset, position.length);
  return (
    <div class="notice notice-error" role="alert">
      <h2>{message}</h2>
      {position !== undefined && (
        <pre class="query-error">
          {before}
          <mark>{at === "" ? "\u00a0" : at}</mark>
          {after}
        </pre>
      )}
      {hint !== "" && <p>{hint}</p>}
      {position === undefined && onRetry !== undefined && (
        <button type="button" class="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Notice({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <div class="notice" role="status">
      <img src="/logo.svg" alt="" width="36" height="36" />
      <h2>{title}</h2>
      {children}
    </div>
  );
}
