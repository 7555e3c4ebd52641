// Live records: a bounded list, a pause that buffers within a bound, and an honest count of what was not shown.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "../api/client";
import { follow } from "../api/tail";
import type { LogRecord } from "../api/types";
import { asApiError } from "./use-answer";

const SHOWN_MAX = 2_000;
const BUFFERED_MAX = 5_000;
// Drawing four times a second looks live and leaves the processor to the reader.
const DRAW_EVERY_MS = 250;
const RATE_WINDOW_MS = 5_000;
const RECONNECT_MS = 2_000;

export interface Tail {
  readonly records: readonly LogRecord[];
  readonly buffered: number;
  readonly notShown: number;
  readonly perSecond: number;
  readonly state: "connecting" | "live" | "refused";
  readonly error: ApiError | undefined;
  readonly clear: () => void;
}

export function useTail(query: string, paused: boolean): Tail {
  const [records, setRecords] = useState<readonly LogRecord[]>([]);
  const [counts, setCounts] = useState({ buffered: 0, notShown: 0, perSecond: 0 });
  const [state, setState] = useState<Tail["state"]>("connecting");
  const [error, setError] = useState<ApiError>();
  const waiting = useRef<LogRecord[]>([]);
  const seen = useRef({ notShown: 0, arrivals: [] as number[] });
  const isPaused = useRef(paused);
  isPaused.current = paused;

  useEffect(() => {
    const controller = new AbortController();
    let retry: ReturnType<typeof setTimeout> | undefined;
    waiting.current = [];
    seen.current = { notShown: 0, arrivals: [] };
    setRecords([]);
    const listener = {
      onOpen: () => {
        setState("live");
        setError(undefined);
      },
      onRecord: (record: LogRecord) => {
        waiting.current.push(record);
        seen.current.arrivals.push(performance.now());
        if (waiting.current.length > BUFFERED_MAX) {
          waiting.current.shift();
          seen.current.notShown += 1;
        }
      },
      onDropped: (count: number) => {
        seen.current.notShown += count;
      },
    };
    const connect = (): void => {
      setState("connecting");
      const ended = follow(query, listener, controller.signal);
      ended.then(() => undefined, asApiError).then((failure) => {
        if (controller.signal.aborted) return;
        setError(failure);
        // What the server refused will be refused again; a lost connection comes back.
        const isFinal = failure !== undefined && failure.status >= 400 && failure.status < 500 && failure.status !== 429;
        if (isFinal) setState("refused");
        else retry = setTimeout(connect, RECONNECT_MS);
      }, () => undefined);
    };
    connect();
    return () => {
      controller.abort();
      clearTimeout(retry);
    };
  }, [query]);

  useEffect(() => {
    const timer = setInterval(() => {
      const now = performance.now();
      seen.current.arrivals = seen.current.arrivals.filter((time) => now - time < RATE_WINDOW_MS);
      const perSecond = (seen.current.arrivals.length * 1000) / RATE_WINDOW_MS;
      if (!isPaused.current && waiting.current.length > 0) {
        const fresh = waiting.current.reverse();
        waiting.current = [];
        setRecords((shown) => [...fresh, ...shown].slice(0, SHOWN_MAX));
      }
      setCounts({ buffered: waiting.current.length, notShown: seen.current.notShown, perSecond });
    }, DRAW_EVERY_MS);
    return () => clearInterval(timer);
  }, []);

  const clear = useCallback(() => setRecords([]), []);
  return { records, ...counts, state, error, clear };
}
