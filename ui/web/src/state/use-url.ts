// The address as state: reading it, changing it, following the back button.
import { useCallback, useEffect, useState } from "preact/hooks";
import { readUrl, writeUrl, type UrlState } from "./url";

export type Change = (part: Partial<UrlState>, how?: "push" | "replace") => void;

export function useUrl(): readonly [UrlState, Change] {
  const [state, setState] = useState(() => readUrl(location.search));
  useEffect(() => {
    const onBack = (): void => setState(readUrl(location.search));
    addEventListener("popstate", onBack);
    return () => removeEventListener("popstate", onBack);
  }, []);
  const change = useCallback<Change>((part, how = "push") => {
    const next = { ...readUrl(location.search), ...part };
    const address = `${location.pathname}${writeUrl(next)}`;
    if (how === "push") history.pushState(null, "", address);
    else history.replaceState(null, "", address);
    setState(next);
  }, []);
  return [state, change];
}
