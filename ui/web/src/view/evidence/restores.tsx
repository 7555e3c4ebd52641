// Copies that come back from archive classes: what they cost, how far they are, how long they stay.
import { restores, type Restore } from "../../api/evidence";
import { useAnswer } from "../../state/use-answer";
import { bytes, grouped, plural } from "../../text/number";
import { span } from "../../time/format";
import type { Zone } from "../../time/parse";
import { dollars } from "../estimate-bar";
import { Panel } from "../parts/panel";
import { Time } from "../parts/time";
import { expiresSoon, phaseWords } from "./words";

export function Restores({ zone }: { readonly zone: Zone }) {
  const asked = useAnswer("restores", restores);
  return (
    <Panel title="Restores from archives" asked={asked}>
      {({ restores: all }) => (all.length === 0
        ? <p class="quiet">None. What lies in an archive class is brought back with <code>palisade restore request</code>.</p>
        : (
          <table class="sheet">
            <thead><tr><th scope="col">Restore</th><th scope="col">State</th><th scope="col" class="is-number">Objects</th><th scope="col">Estimate</th></tr></thead>
            <tbody>{all.map((restore) => <RestoreRow key={restore.id} restore={restore} zone={zone} />)}</tbody>
          </table>
        ))}
    </Panel>
  );
}

function RestoreRow({ restore, zone }: { readonly restore: Restore; readonly zone: Zone }) {
  const { estimate } = restore;
  const { label, readyUntil } = phaseWords(restore.phase);
  return (
    <tr>
      <th scope="row"><code>{restore.id}</code>{restore.confirmed_by !== null && <><br /><span class="quiet">confirmed by {restore.confirmed_by}</span></>}</th>
      <td data-label="State">
        <strong class={restore.phase === "failed" ? "level-error" : ""}>{label}</strong>
        {readyUntil !== undefined && <span class={expiresSoon(readyUntil, Date.now()) ? "warning" : ""}>, copies go <Time at={readyUntil} zone={zone} /></span>}
      </td>
      <td data-label="Objects" class="is-number">
        {grouped(restore.ready)} of {grouped(restore.objects)} ready{restore.failed > 0 && <span class="level-error">, {grouped(restore.failed)} failed</span>}
      </td>
      <td data-label="Estimate">
        {bytes(estimate.bytes)}, {dollars(Number(estimate.dollars))}, {estimate.speed}: {span(estimate.ready_after_seconds * 1_000)} to {span(estimate.ready_before_seconds * 1_000)}, kept for {plural(estimate.keep_days, "day")}
      </td>
    </tr>
  );
}
