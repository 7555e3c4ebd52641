// Keys of the whole page: not while somebody writes, not with a modifier, which is the browser's.
import { useEffect, useRef } from "preact/hooks";

export type Keys = Readonly<Record<string, () => void>>;

export const isWriting = (event: KeyboardEvent): boolean =>
  event.target instanceof HTMLElement && (event.target.matches("input, textarea, select") || event.target.closest("dialog, [role=dialog]") !== null);

/** Hears keys with the newest `onKey`: one that was pressed right after another acts on what that one did. */
export function useKeyDown(onKey: (event: KeyboardEvent) => void): void {
  const newest = useRef(onKey);
  newest.current = onKey;
  useEffect(() => {
    const hear = (event: KeyboardEvent): void => newest.current(event);
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  }, []);
}

export function useKeys(keys: Keys): void {
  useKeyDown((event) => {
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (act === undefined || isWriting(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
}
