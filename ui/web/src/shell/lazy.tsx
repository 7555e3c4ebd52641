// A view whose code is fetched when it is opened; what was fetched once stays.
import { useEffect, useState } from "preact/hooks";
import { Notice } from "../view/notice";
import type { Place } from "./place";
import type { Loaded, ViewEntry } from "./views";

interface Props {
  readonly entry: ViewEntry & Required<Pick<ViewEntry, "load">>;
  readonly place: Place;
}

export function Lazy({ entry, place }: Props) {
  const [loaded, setLoaded] = useState<{ readonly of: string; readonly View: Loaded }>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let isWanted = true;
    setFailed(false);
    entry.load().then(
      (View) => isWanted && setLoaded({ of: entry.view, View }),
      () => isWanted && setFailed(true),
    );
    return () => {
      isWanted = false;
    };
  }, [entry.view]);
  if (failed) {
    return (
      <Notice title="This part of the page could not be loaded">
        <p>The server was updated or does not answer.</p>
        <button type="button" class="button" onClick={() => location.reload()}>Reload the page</button>
      </Notice>
    );
  }
  if (loaded?.of !== entry.view) return <p class="loading" role="status"><span class="spinner" /> Loading {entry.label}</p>;
  return <loaded.View place={place} />;
}
