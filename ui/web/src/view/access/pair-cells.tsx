// What of a user and a person is striking, as cells of a table.
import type { Pair } from "../../api/review";
import { plural } from "../../text/number";
import { visible } from "../../text/visible";
import { WithSealed } from "../sealed";

export function PairCells({ pair }: { readonly pair: Pair }) {
  return (
    <>
      <th scope="row">{visible(pair.user)}{pair.role !== null && <span class="quiet">, {visible(pair.role)}</span>}</th>
      <td data-label="Person"><WithSealed text={pair.person} draw={visible} /></td>
      <td class="is-number" data-label="Points">{pair.points}</td>
      <td data-label="Why">
        <ul class="reasons">{pair.reasons.map((reason) => <li key={reason}>{visible(reason)}</li>)}</ul>
        <span class="quiet">{plural(pair.accesses, "access", "accesses")}{pair.after_hours > 0 && `, ${pair.after_hours} after hours`}{pair.refused > 0 && `, ${pair.refused} refused`}{pair.others > 0 && `; ${plural(pair.others, "other person", "other people")} of this user, not listed`}</span>
      </td>
    </>
  );
}
