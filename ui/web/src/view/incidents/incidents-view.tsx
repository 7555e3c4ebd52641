// Incidents: all of them, or one.
import { useState } from "preact/hooks";
import { incidents, openIncident, type Incident } from "../../api/incidents";
import type { Place } from "../../shell/place";
import { useAnswer } from "../../state/use-answer";
import { visible } from "../../text/visible";
import { Dialog, FormField } from "../dialog";
import { ItemLink } from "../parts/item-link";
import { Panel } from "../parts/panel";
import { Time } from "../parts/time";
import { DutyMark } from "./duty-mark";
import { IncidentPage } from "./incident-page";

export function IncidentsView({ place }: { readonly place: Place }) {
  const { item } = place.state;
  return item === "" ? <IncidentList place={place} /> : <IncidentPage key={item} id={item} place={place} />;
}

function IncidentList({ place }: { readonly place: Place }) {
  const [opens, setOpens] = useState(false);
  const asked = useAnswer("incidents", incidents);
  return (
    <div class="panels">
      <div class="view-head">
        <h1>Incidents</h1>
        {place.may("review") && <button type="button" class="button button-main" onClick={() => setOpens(true)}>{"Open one\u2026"}</button>}
      </div>
      <Panel title="Incidents" asked={asked}>
        {({ incidents: all }) => (all.length === 0 ? <p class="quiet">None. From the moment at which somebody becomes aware of one, clocks run: 24 hours to an early warning, 72 to a notification.</p> : <IncidentTable incidents={all} place={place} />)}
      </Panel>
      {opens && <OpenDialog place={place} onClose={() => setOpens(false)} />}
    </div>
  );
}

function IncidentTable({ incidents: shown, place }: { readonly incidents: readonly Incident[]; readonly place: Place }) {
  return (
    <table class="sheet">
      <thead><tr><th scope="col">Incident</th><th scope="col">Aware since</th><th scope="col">Early warning</th><th scope="col">Notification</th><th scope="col">Closed</th></tr></thead>
      <tbody>
        {shown.map((incident) => (
          <tr key={incident.id}>
            <th scope="row"><ItemLink item={incident.id} place={place}>{visible(incident.title)}</ItemLink></th>
            <td data-label="Aware since"><Time at={incident.aware_at} zone={place.state.zone} /></td>
            <td data-label="Early warning"><DutyMark duty={incident.duties["early-warning"]} /></td>
            <td data-label="Notification"><DutyMark duty={incident.duties.notification} /></td>
            <td data-label="Closed"><Time at={incident.closed_at} zone={place.state.zone} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const EMPTY = { title: "", aware: "now", query: "", stream: "" };

function OpenDialog({ place, onClose }: { readonly place: Place; readonly onClose: () => void }) {
  const [form, setForm] = useState(EMPTY);
  const put = (name: keyof typeof EMPTY) => (event: { readonly currentTarget: { readonly value: string } }): void => setForm({ ...form, [name]: event.currentTarget.value });
  const submit = async (): Promise<void> => {
    const [query, stream] = [form.query.trim(), form.stream.trim()];
    const opened = await openIncident({ title: form.title.trim(), aware_at: form.aware.trim(), ...(query === "" ? {} : { query }), ...(stream === "" ? {} : { stream }) });
    place.change({ item: opened.id });
  };
  return (
    <Dialog title="Open an incident" action="Open it" onSubmit={submit} onClose={onClose}>
      <FormField label="What happened">
        {(id) => <input id={id} required autofocus autocomplete="off" maxLength={256} value={form.title} onInput={put("title")} />}
      </FormField>
      <FormField label="Aware since" hint="now, now-3h, 2026-11-21T09:00:00Z: when somebody knew of it. The clocks run from here.">
        {(id, hint) => <input id={id} class="is-code" aria-describedby={hint} required autocomplete="off" value={form.aware} onInput={put("aware")} />}
      </FormField>
      <FormField label="Query" hint="Whose records are about it: the draft counts people by them. It may be left empty.">
        {(id, hint) => <input id={id} class="is-code" aria-describedby={hint} autocomplete="off" spellcheck={false} placeholder="user_id:nu-207" value={form.query} onInput={put("query")} />}
      </FormField>
      <FormField label="Stream" hint="Empty: all that you may read.">
        {(id, hint) => <input id={id} class="is-code" aria-describedby={hint} autocomplete="off" spellcheck={false} value={form.stream} onInput={put("stream")} />}
      </FormField>
    </Dialog>
  );
}
