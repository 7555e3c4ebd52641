// Accesses, each with what explains it.
import { useState } from "preact/hooks";
import type { Access, AccessAnswer } from "../../api/review";
import type { Place } from "../../shell/place";
import { grouped, plural } from "../../text/number";
import { visible } from "../../text/visible";
import { minute } from "../../time/format";
import { millisOf, type Zone } from "../../time/parse";
import { Headline } from "../parts/panel";
import { WithSealed } from "../sealed";

// As many rows as a page draws at once without being felt; more are added when asked.
const PAGE_ROWS = 200;

interface Props {
  readonly answer: AccessAnswer;
  readonly place: Place;
}

export function AccessTable({ answer, place }: Props) {
  const [only, setOnly] = useState(false);
  const [rows, setRows] = useState(PAGE_ROWS);
  const all = only ? answer.accesses.filter((access) => access.explained_by === null) : answer.accesses;
  if (answer.count === 0) return <Headline mood="open">Nobody opened anything in this time</Headline>;
  return (
    <>
      <Headline mood={answer.has_facts && answer.unexplained === 0 ? "good" : "open"}>{headlineOf(answer)}</Headline>
      {answer.has_facts && answer.unexplained > 0 && <label class="checkbox"><input type="checkbox" checked={only} onChange={() => setOnly(!only)} /> only those that nothing explains</label>}
      {answer.is_cut && <p class="quiet">The newest {grouped(answer.accesses.length)} are listed. A shorter time shows the others.</p>}
      <table class="sheet">
        <thead><tr><th scope="col">Time</th><th scope="col">User</th><th scope="col">Person</th><th scope="col">What</th><th scope="col">Where</th><th scope="col">Explained by</th></tr></thead>
        <tbody>{all.slice(0, rows).map((access, index) => <Row key={index} access={access} zone={place.state.zone} hasFacts={answer.has_facts} />)}</tbody>
      </table>
      {all.length > rows && <p><button type="button" class="button" onClick={() => setRows(rows + PAGE_ROWS)}>{grouped(all.length - rows)} more</button></p>}
    </>
  );
}

function Row({ access, zone, hasFacts }: { readonly access: Access; readonly zone: Zone; readonly hasFacts: boolean }) {
  const refusal = access.outcome === "success" ? null : access.outcome;
  return (
    <tr>
      <th scope="row">{minute(millisOf(access.timestamp), zone)}{access.after_hours && <span class="tag is-warning">after hours</span>}</th>
      <td data-label="User">{visible(access.user ?? "\u2013")}{access.role !== null && <span class="quiet">, {visible(access.role)}</span>}</td>
      <td data-label="Person"><WithSealed text={access.person ?? "\u2013"} draw={visible} /></td>
      <td data-label="What">{visible(access.action ?? "\u2013")}{refusal !== null && <span class="tag is-warning">{visible(refusal)}</span>}</td>
      <td data-label="Where">{visible(access.unit ?? "\u2013")}</td>
      <td data-label="Explained by">{access.explained_by === null ? <span class="tag is-grave">{hasFacts ? "nothing" : "not known"}</span> : visible(access.explained_by)}</td>
    </tr>
  );
}

function headlineOf(answer: AccessAnswer): string {
  const count = plural(answer.count, "access", "accesses");
  if (!answer.has_facts) return `${count}; what explains them is not known, as no facts of other systems are told`;
  return answer.unexplained === 0 ? `${count}, all of them explained` : `${count}, ${grouped(answer.unexplained)} of them explained by nothing`;
}
