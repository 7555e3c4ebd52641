// The reports that were made, with the hashes that the signed log tells of.
import { useState } from "preact/hooks";
import { fileOf, makeReport, reports, type ReportLine } from "../../api/reports";
import type { Place } from "../../shell/place";
import { useAnswer } from "../../state/use-answer";
import { bytes } from "../../text/number";
import { visible } from "../../text/visible";
import { Dialog, FormField } from "../dialog";
import { Icon } from "../icon";
import { ItemLink } from "../parts/item-link";
import { Panel } from "../parts/panel";
import { Time } from "../parts/time";
import { lastMonth } from "./month";

export function ReportList({ place }: { readonly place: Place }) {
  const [round, setRound] = useState(0);
  const [makes, setMakes] = useState(false);
  const asked = useAnswer(`${round}`, reports);
  return (
    <div class="panels">
      <div class="view-head">
        <h1>Reports</h1>
        <button type="button" class="button button-main" onClick={() => setMakes(true)}>{"Make one\u2026"}</button>
      </div>
      <Panel title="Reports that were made" asked={asked}>
        {({ reports: all }) => (all.length === 0
          ? <p class="quiet">None. One is made by itself when a month is over, and anybody who may read them can make one at any time.</p>
          : <ReportTable reports={all} place={place} />)}
      </Panel>
      {makes && <MakeDialog onMade={(line) => { setRound(round + 1); place.change({ item: line.id }); }} onClose={() => setMakes(false)} />}
    </div>
  );
}

function ReportTable({ reports: shown, place }: { readonly reports: readonly ReportLine[]; readonly place: Place }) {
  return (
    <table class="sheet">
      <thead><tr><th scope="col">Report</th><th scope="col">Made</th><th scope="col">SHA-256</th><th scope="col"><span class="only-read">Files</span></th></tr></thead>
      <tbody>
        {shown.map((line) => (
          <tr key={line.id}>
            <th scope="row"><ItemLink item={line.id} place={place}>{visible(line.title)}</ItemLink><br /><span class="quiet">hours of {visible(line.zone)}</span></th>
            <td data-label="Made"><Time at={line.generated_at} zone={place.state.zone} /><br /><span class="quiet">by {visible(line.by)}</span></td>
            <td data-label="SHA-256"><code>{line.sha256}</code></td>
            <td class="sheet-tools"><a class="button" href={fileOf(line.id)} download={`${line.id}.pdf`}><Icon name="download" /> PDF, {bytes(line.bytes)}</a></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface DialogProps {
  readonly onMade: (line: ReportLine) => void;
  readonly onClose: () => void;
}

function MakeDialog({ onMade, onClose }: DialogProps) {
  const [month, setMonth] = useState(() => lastMonth(new Date()));
  const [zone, setZone] = useState("");
  return (
    <Dialog title="Make a report" action="Make it" onSubmit={async () => onMade(await makeReport(month, zone.trim()))} onClose={onClose}>
      <p class="quiet">It asks the questions that stand in it, which takes some seconds, and is written to the signed log.</p>
      <FormField label="Month" hint="One that goes on is told up to now.">
        {(id, hint) => <input id={id} aria-describedby={hint} required autofocus pattern="\d{4}-\d{2}" placeholder="2026-10" autocomplete="off" value={month} onInput={(event) => setMonth(event.currentTarget.value)} />}
      </FormField>
      <FormField label="Time zone" hint="In which the month begins and hours are told, as Europe/Berlin; empty: as configured.">
        {(id, hint) => <input id={id} aria-describedby={hint} autocomplete="off" spellcheck={false} value={zone} onInput={(event) => setZone(event.currentTarget.value)} />}
      </FormField>
    </Dialog>
  );
}
