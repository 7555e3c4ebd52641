// A time with how long ago it was, or how soon it comes.
import { ago, minute } from "../../time/format";
import { millisOf, type Zone } from "../../time/parse";

export function Time({ at, zone }: { readonly at: string | null; readonly zone: Zone }) {
  if (at === null) return <>{"\u2013"}</>;
  return <time dateTime={at} title={at}>{minute(millisOf(at), zone)} <span class="quiet">({ago(at, Date.now())})</span></time>;
}
