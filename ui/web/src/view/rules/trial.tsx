// What a rule would have told of, had it been in force before.
import { useState } from "preact/hooks";
import { backtest, type Backtest, type Episode } from "../../api/rules";
import type { Place } from "../../shell/place";
import { useAnswer } from "../../state/use-answer";
import { grouped, plural } from "../../text/number";
import { visible } from "../../text/visible";
import { minute } from "../../time/format";
import { millisOf } from "../../time/parse";
import { EpisodeLine } from "./episode-line";
import { Refusal } from "../refusal";

const SPANS = [["now-1h", "the last hour"], ["now-1d", "the last day"], ["now-7d", "the last week"], ["now-30d", "the last 30 days"]] as const;
const LISTED_MAX = 50;

interface Props {
  readonly id: string;
  readonly text?: string;
  readonly place: Place;
}

export function Trial({ id, text, place }: Props) {
  const [from, setFrom] = useState<string>(SPANS[1][0]);
  const [wanted, setWanted] = useState<string>();
  const tried = useAnswer(wanted, (signal) => backtest({ rule: id, from, ...(text === undefined ? {} : { text }) }, signal));
  const key = JSON.stringify([from, text]);
  return (
    <div class="trial">
      <p class="trial-ask">
        <label>Over <select value={from} onChange={(event) => setFrom(event.currentTarget.value)}>{SPANS.map(([value, label]) => <option key={value} value={value}>{label}</option>)}</select></label>
        {tried.loading
          ? <button type="button" class="button" onClick={tried.cancel}><span class="spinner" /> Cancel</button>
          : <button type="button" class="button" onClick={() => setWanted(`${key} ${Date.now()}`)}>What would it have told of?</button>}
      </p>
      <Refusal error={tried.error} />
      {tried.answer !== undefined && !tried.loading && <Outcome answer={tried.answer} place={place} />}
    </div>
  );
}

function Outcome({ answer, place }: { readonly answer: Backtest; readonly place: Place }) {
  const looked = `${grouped(answer.records)} records were looked at, ${grouped(answer.found)} of them found`;
  return (
    <div role="status">
      <p><strong>{answer.began === 0 ? "It would have told of nothing" : `It would have told of ${plural(answer.began, "episode")}, ${Number(answer.per_week.toPrecision(2))} a week`}</strong>; {looked}{answer.is_cut && ", which is not all"}.</p>
      {answer.began > 0 && <EpisodeLine from={millisOf(answer.from)} to={millisOf(answer.to)} episodes={answer.episodes} zone={place.state.zone} />}
      {answer.began > 0 && <EpisodeTable episodes={answer.episodes.slice(0, LISTED_MAX)} place={place} />}
      {answer.began > LISTED_MAX && <p class="quiet">The first {LISTED_MAX} of them.</p>}
    </div>
  );
}

function EpisodeTable({ episodes, place }: { readonly episodes: readonly Episode[]; readonly place: Place }) {
  const { zone } = place.state;
  return (
    <table class="sheet">
      <thead><tr><th scope="col">From</th><th scope="col">To</th><th scope="col">About</th><th scope="col" class="is-number">At most</th></tr></thead>
      <tbody>
        {episodes.map((episode) => (
          <tr key={`${episode.from} ${episode.group.join()}`}>
            <th scope="row">{minute(millisOf(episode.from), zone)}</th>
            <td data-label="To">{episode.to === null ? "goes on" : minute(millisOf(episode.to), zone)}</td>
            <td data-label="About">{episode.group.map(([field, value]) => `${visible(field)} ${visible(value)}`).join(", ")}</td>
            <td class="is-number" data-label="At most">{Number(episode.peak.toPrecision(4))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
