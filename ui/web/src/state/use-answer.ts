// One question to the server at a time: a new one cancels the old one, a person can cancel as well.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client";

export interface Asked<Answer> {
  readonly answer: Answer | undefined;
  readonly error: ApiError | undefined;
  readonly loading: boolean;
  readonly cancel: () => void;
}

export function asApiError(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  const message = cause instanceof Error ? cause.message : "The answer could not be read.";
  return new ApiError(0, { kind: "page", message, hint: "Reload the page; if it stays, report it with the query." });
}

export const isAbort = (cause: unknown): boolean => cause instanceof DOMException && cause.name === "AbortError";

/** Asks again whenever `key` changes; an undefined key asks nothing. The last answer stays while the next is on its way. */
export function useAnswer<Answer>(key: string | undefined, ask: (signal: AbortSignal) => Promise<Answer>): Asked<Answer> {
  const [answer, setAnswer] = useState<Answer>();
  const [error, setError] = useState<ApiError>();
  const [loading, setLoading] = useState(false);
  const abort = useRef<AbortController>(undefined);
  useEffect(() => {
    if (key === undefined) return;
    const controller = new AbortController();
    abort.current = controller;
    setLoading(true);
    ask(controller.signal)
      .then((next) => {
        if (controller.signal.aborted) return;
        setAnswer(next);
        setError(undefined);
      })
      .catch((cause: unknown) => {
        if (!controller.signal.aborted && !isAbort(cause)) setError(asApiError(cause));
      })
      .finally(() => {
        if (abort.current === controller) setLoading(false);
      });
    return () => controller.abort();
  }, [key]);
  const cancel = useCallback(() => abort.current?.abort(), []);
  return { answer, error, loading, cancel };
}
