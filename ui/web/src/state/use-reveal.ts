// A record in clear: in memory alone, for a time, and gone when the page is left.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { reveal, type Wish } from "../api/reveal";
import type { LogRecord } from "../api/types";

const TICK_MS = 500;

export interface Clear {
  readonly record: LogRecord;
  readonly values: number;
  readonly erased: number;
}

export interface Reveal {
  readonly clear: Clear | undefined;
  readonly secondsLeft: number;
  readonly ask: (wish: Wish) => Promise<void>;
  readonly hide: () => void;
}

interface Moment {
  readonly wall: number;
  readonly steady: number;
}

const moment = (): Moment => ({ wall: Date.now(), steady: performance.now() });

/** The clock of the wall can be set back, and the steady one stands still while a machine sleeps: the larger one is right. */
export const elapsedMs = (since: Moment, now: Moment): number => Math.max(now.wall - since.wall, now.steady - since.steady);

export function useReveal(id: string): Reveal {
  const [clear, setClear] = useState<Clear>();
  const [secondsLeft, setSecondsLeft] = useState(0);
  const grant = useRef({ since: moment(), ms: 0 });
  const shownId = useRef(id);
  shownId.current = id;
  const hide = useCallback(() => setClear(undefined), []);

  const ask = useCallback(async (wish: Wish) => {
    // Counted from before the server did: what is shown is never shown longer than the reason is good.
    const since = moment();
    const answer = await reveal(id, wish);
    const record = answer.records[0];
    if (record === undefined || record.id !== id) throw new Error("The server does not have this record any more.");
    if (shownId.current !== id) return;
    grant.current = { since, ms: wish.minutes * 60_000 };
    setSecondsLeft(wish.minutes * 60);
    setClear({ record, values: answer.values, erased: answer.erased });
  }, [id]);

  useEffect(() => hide, [id]);
  useEffect(() => {
    if (clear === undefined) return;
    const look = (): void => {
      const left = grant.current.ms - elapsedMs(grant.current.since, moment());
      if (left <= 0) hide();
      else setSecondsLeft(Math.ceil(left / 1000));
    };
    const timer = setInterval(look, TICK_MS);
    // A page that comes back from the browser's memory must not bring the values with it.
    addEventListener("pagehide", hide);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      removeEventListener("pagehide", hide);
      document.removeEventListener("visibilitychange", look);
    };
  }, [clear]);
  return { clear, secondsLeft, ask, hide };
}
