// Reviews of a span: due, signed, or waiting for somebody.
import { reviews } from "../../api/review";
import type { Place } from "../../shell/place";
import { useAnswer } from "../../state/use-answer";
import { grouped } from "../../text/number";
import { visible } from "../../text/visible";
import { ItemLink } from "../parts/item-link";
import { Panel } from "../parts/panel";
import { Time } from "../parts/time";
import { periodText } from "./period";

export function ReviewList({ place }: { readonly place: Place }) {
  const asked = useAnswer("reviews", reviews);
  const { zone } = place.state;
  return (
    <Panel title="Reviews" asked={asked}>
      {({ reviews: all }) => (all.length === 0
        ? <p class="quiet">None. One is opened by itself when a month is over, and from what nothing explains at any time.</p>
        : (
          <table class="sheet">
            <thead><tr><th scope="col">Period</th><th scope="col">Stands</th><th scope="col" class="is-number">Found</th><th scope="col">Due</th><th scope="col">Signed</th></tr></thead>
            <tbody>
              {all.map((line) => (
                <tr key={line.id}>
                  <th scope="row"><ItemLink item={line.id} place={place}>{periodText(line, zone)}</ItemLink></th>
                  <td data-label="Stands">{line.state}</td>
                  <td class="is-number" data-label="Found">{grouped(line.found)} of {grouped(line.items)}</td>
                  <td data-label="Due"><Time at={line.due_at} zone={zone} /></td>
                  <td data-label="Signed">{line.signed_by === null ? <span class="quiet">nobody</span> : <>by {visible(line.signed_by)}, <Time at={line.signed_at} zone={zone} /></>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        ))}
    </Panel>
  );
}
