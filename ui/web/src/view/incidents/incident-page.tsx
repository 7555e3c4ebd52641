// One incident: its clocks, what is known of it, what was written down, and what to tell whom.
import { useState } from "preact/hooks";
import { DUTIES, addNote, closeIncident, draftOf, incident as askIncident, tell, type Duty, type Incident } from "../../api/incidents";
import type { Place } from "../../shell/place";
import { useAnswer } from "../../state/use-answer";
import { useEvery } from "../../state/use-every";
import { grouped, plural } from "../../text/number";
import { visible } from "../../text/visible";
import { minute } from "../../time/format";
import { millisOf } from "../../time/parse";
import { Fact, Facts, Headline, Panel } from "../parts/panel";
import { Time } from "../parts/time";
import { WithSealed } from "../sealed";
import { DutyMark } from "./duty-mark";
import { WriteDialog } from "./write-dialog";

const NAMES: Readonly<Record<Duty, string>> = { "early-warning": "Early warning", notification: "Notification" };
// The clocks on an open page go on.
const REFRESH_MS = 30_000;

export function IncidentPage({ id, place }: { readonly id: string; readonly place: Place }) {
  const refreshes = useEvery(REFRESH_MS);
  const [round, setRound] = useState(0);
  const [writes, setWrites] = useState<"note" | "close" | Duty>();
  const asked = useAnswer(`${refreshes} ${round}`, (signal) => askIncident(id, signal));
  const { answer } = asked;
  const mayChange = place.may("review") && answer?.closed_at === null;
  const close = (): void => setWrites(undefined);
  const changed = (): void => setRound(round + 1);
  return (
    <div class="panels">
      <div class="view-head">
        <h1>Incident</h1>
        <button type="button" class="button" onClick={() => place.change({ item: "" })}>All incidents</button>
      </div>
      <Panel
        title={answer === undefined ? "Incident" : visible(answer.title)} asked={asked}
        tools={(
          <>
            <a class="button" href={draftOf(id)} download={`${id}.md`}>Draft of what to tell</a>
            {mayChange && <button type="button" class="button" onClick={() => setWrites("note")}>{"Write a note\u2026"}</button>}
            {mayChange && <button type="button" class="button" onClick={() => setWrites("close")}>{"Close\u2026"}</button>}
          </>
        )}
      >
        {(incident) => <Standing incident={incident} place={place} onTell={mayChange ? setWrites : undefined} />}
      </Panel>
      {answer !== undefined && <Story incident={answer} place={place} />}
      {writes === "note" && <WriteDialog title="Write a note" action="Write it down" label="Note" onWrite={(text) => addNote(id, text)} onDone={changed} onClose={close} />}
      {writes === "close" && <WriteDialog title="Close the incident" action="Close it" label="How it ended" onWrite={(text) => closeIncident(id, text)} onDone={changed} onClose={close} />}
      {writes !== undefined && writes !== "note" && writes !== "close" && (
        <WriteDialog title={NAMES[writes]} action="Write it down" label="Reference, or why nobody need be told" hasTime onWrite={(text, at) => tell(id, writes, at, text)} onDone={changed} onClose={close} />
      )}
    </div>
  );
}

interface StandingProps {
  readonly incident: Incident;
  readonly place: Place;
  readonly onTell: ((duty: Duty) => void) | undefined;
}

function Standing({ incident, place, onTell }: StandingProps) {
  const standings = DUTIES.map((duty) => incident.duties[duty].standing);
  const isLate = standings.some((standing) => standing === "overdue" || standing === "late");
  const isOpen = standings.some((standing) => standing === "open" || standing === "soon");
  const sentence = isLate ? "A time is over" : isOpen ? "The clocks run" : "Everything was told, or need not be";
  const { known, query } = incident;
  return (
    <>
      <Headline mood={isLate ? "bad" : isOpen ? "open" : "good"}>{incident.closed_at === null ? sentence : "It is closed"}</Headline>
      <Facts>
        <Fact name="Aware since"><Time at={incident.aware_at} zone={place.state.zone} />, opened by {visible(incident.opened_by)}</Fact>
        {DUTIES.map((duty) => (
          <Fact key={duty} name={NAMES[duty]}>
            <DutyMark duty={incident.duties[duty]} />
            {onTell !== undefined && ["open", "soon", "overdue"].includes(incident.duties[duty].standing) && <> <button type="button" class="button" aria-label={`It was told: ${NAMES[duty]}`} onClick={() => onTell(duty)}>{"It was told\u2026"}</button></>}
          </Fact>
        ))}
        {query !== null && (
          <Fact name="Records">
            {place.may("search")
              ? <button type="button" class="query-link" onClick={() => place.explore({ query, stream: incident.stream ?? "", from: "now-30d", to: "now" })}><code><WithSealed text={query} draw={visible} /></code></button>
              : <code><WithSealed text={query} draw={visible} /></code>}
            {incident.stream !== null && ` in ${visible(incident.stream)}`}
          </Fact>
        )}
        {known !== undefined && known !== null && (
          <Fact name="Known">
            {plural(known.records, "record")} of {plural(known.users, "user")}
            {known.people.map((people) => <span key={people.stream}>, {grouped(people.people)} people by <code>{visible(people.field)}</code> in {visible(people.stream)}</span>)}
            {known.first !== null && known.last !== null && <>, {minute(millisOf(known.first), place.state.zone)} to {minute(millisOf(known.last), place.state.zone)}</>}
          </Fact>
        )}
      </Facts>
    </>
  );
}

function Story({ incident, place }: { readonly incident: Incident; readonly place: Place }) {
  const told = incident.told.map(({ duty, at, note }) => ({ ...note, text: at === null ? `${NAMES[duty]}: need not be told. ${note.text}` : `${NAMES[duty]}: told ${minute(millisOf(at), place.state.zone)}. ${note.text}` }));
  const notes = [...incident.notes, ...told].sort((one, other) => millisOf(one.at) - millisOf(other.at));
  return (
    <section class="panel" aria-labelledby="incident-story">
      <div class="panel-head"><h2 id="incident-story">What was written down</h2></div>
      {notes.length === 0 ? <p class="quiet">Nothing yet.</p> : (
        <ol class="story">{notes.map((note) => <li key={`${note.at} ${note.text}`}><time dateTime={note.at}>{minute(millisOf(note.at), place.state.zone)}</time> {visible(note.text)} <span class="quiet">by {visible(note.by)}</span></li>)}</ol>
      )}
    </section>
  );
}
