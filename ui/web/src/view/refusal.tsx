// Why something was not done, as the server says it, and what to do.
import type { ApiError } from "../api/client";

export function Refusal({ error }: { readonly error: ApiError | undefined }) {
  return error === undefined ? null : <p class="form-error" role="alert">{error.body.message} {error.body.hint}</p>;
}
