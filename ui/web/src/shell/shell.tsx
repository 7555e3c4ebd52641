// The frame of the page: the top line, the views at the left, and the one that is open.
import { useCallback, useEffect, useMemo } from "preact/hooks";
import { signOut, type Who } from "../api/session";
import { rememberQuery } from "../state/kept";
import { useUrl } from "../state/use-url";
import { Explorer } from "../view/explorer";
import { Header } from "../view/header";
import { Notice } from "../view/notice";
import { Lazy } from "./lazy";
import type { Place, Question } from "./place";
import { Rail } from "./rail";
import { entryOf, firstAllowed } from "./views";

export function Shell({ who }: { readonly who: Who }) {
  const [state, change] = useUrl();
  const may = useCallback((permission: string) => who.permissions.includes(permission), [who]);
  const explore = useCallback((question: Partial<Question>) => {
    if (question.query !== undefined) rememberQuery(question.query);
    change({ ...question, view: "search", id: "", item: "", tab: "" });
  }, [change]);
  const place = useMemo<Place>(() => ({ state, change, who, may, explore }), [state, change, who, may, explore]);
  const named = entryOf(state.view);
  // Whoever opens the page without an address gets what is theirs; an address is answered as it is.
  const entry = named !== undefined && !may(named.permission) && location.search === "" ? firstAllowed(may) : named;
  useEffect(() => {
    document.title = entry === undefined ? "Palisade" : `${entry.label} \u2013 Palisade`;
  }, [entry]);
  return (
    <div class="page">
      <Header who={who} onSignOut={() => void signOut().finally(() => location.reload())} />
      <div class="frame">
        <Rail state={entry === undefined ? state : { ...state, view: entry.view }} may={may} onView={(view) => change({ view, id: "", item: "", tab: "" })} />
        <View entry={entry} place={place} />
      </div>
    </div>
  );
}

function View({ entry, place }: { readonly entry: ReturnType<typeof entryOf>; readonly place: Place }) {
  if (entry === undefined || !place.may(entry.permission)) {
    return <Notice title="Your roles do not show this"><p>You are {place.who.name}, with {roleWords(place.who.roles)}. Whoever manages users can give you another role.</p></Notice>;
  }
  const { load } = entry;
  return load === undefined ? <Explorer place={place} /> : <main class="view"><Lazy entry={{ ...entry, load }} place={place} /></main>;
}

function roleWords(roles: readonly string[]): string {
  if (roles.length === 0) return "no role";
  return `the ${roles.length === 1 ? "role" : "roles"} ${roles.join(", ")}`;
}
