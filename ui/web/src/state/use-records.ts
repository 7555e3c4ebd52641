// The list of found records: its first page, and the following ones as they are scrolled to.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { search, type ApiError, type Page } from "../api/client";
import type { LogRecord, Progress, SearchAnswer } from "../api/types";
import { asApiError, isAbort } from "./use-answer";

const PAGE_RECORDS = 100;
// A table is asked for at once: a chart with the first hundred of its rows would be of another time.
const TABLE_ROWS = 10_000;
// Past this many nobody reads on; the browser's memory is kept for what they do read.
export const LIST_RECORDS_MAX = 20_000;

export interface Records {
  readonly records: readonly LogRecord[];
  readonly first: SearchAnswer | undefined;
  readonly hasMore: boolean;
  readonly loading: boolean;
  /** How far a search that takes long has come. */
  readonly progress: Progress | undefined;
  readonly error: ApiError | undefined;
  readonly more: () => void;
  readonly cancel: () => void;
}

interface Found {
  readonly records: readonly LogRecord[];
  readonly first: SearchAnswer | undefined;
  readonly cursor: string | undefined;
}

const NOTHING: Found = { records: [], first: undefined, cursor: undefined };

export function useRecords(key: string | undefined, page: Omit<Page, "limit" | "cursor">, isTable: boolean): Records {
  const [found, setFound] = useState<Found>(NOTHING);
  const [loading, setLoading] = useState(key !== undefined);
  const [error, setError] = useState<ApiError>();
  const [progress, setProgress] = useState<Progress>();
  const abort = useRef<AbortController>(undefined);
  const load = useCallback((cursor: string | undefined, kept: readonly LogRecord[], first: SearchAnswer | undefined) => {
    abort.current?.abort();
    const controller = new AbortController();
    abort.current = controller;
    setLoading(true);
    setProgress(undefined);
    search({ ...page, limit: isTable ? TABLE_ROWS : PAGE_RECORDS, ...(cursor === undefined ? {} : { cursor }) }, controller.signal, setProgress)
      .then((answer) => {
        if (controller.signal.aborted) return;
        setFound({ records: [...kept, ...(answer.records ?? [])], first: first ?? answer, cursor: answer.cursor ?? undefined });
        setError(undefined);
      })
      .catch((cause: unknown) => {
        if (!controller.signal.aborted && !isAbort(cause)) setError(asApiError(cause));
      })
      .finally(() => {
        if (abort.current === controller) setLoading(false);
      });
  }, [key]);
  useEffect(() => {
    if (key === undefined) return;
    load(undefined, [], undefined);
    return () => abort.current?.abort();
  }, [key]);
  const hasMore = found.cursor !== undefined && found.records.length < LIST_RECORDS_MAX;
  const more = useCallback(() => {
    if (!loading && hasMore) load(found.cursor, found.records, found.first);
  }, [loading, hasMore, found, load]);
  const cancel = useCallback(() => abort.current?.abort(), []);
  return { records: found.records, first: found.first, hasMore, loading, progress, error, more, cancel };
}
