// Something that changes the server, done at a click: once at a time, with what went wrong.
import { useState } from "preact/hooks";
import type { ApiError } from "../api/client";
import { asApiError } from "./use-answer";

export interface Deed {
  readonly busy: boolean;
  readonly error: ApiError | undefined;
  readonly run: (deed: () => Promise<unknown>) => void;
}

export function useDeed(onDone: () => void = () => undefined): Deed {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const run = (deed: () => Promise<unknown>): void => {
    setBusy(true);
    setError(undefined);
    deed().then(onDone, (cause: unknown) => setError(asApiError(cause))).finally(() => setBusy(false));
  };
  return { busy, error, run };
}
