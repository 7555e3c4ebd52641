// What nobody is told of for a while, by whom and why.
import { useState } from "preact/hooks";
import { endSilence, silences } from "../../api/silences";
import type { Place } from "../../shell/place";
import { useAnswer } from "../../state/use-answer";
import { visible } from "../../text/visible";
import { Panel } from "../parts/panel";
import { Time } from "../parts/time";
import { useDeed } from "../../state/use-deed";
import { Refusal } from "../refusal";

export function SilenceList({ place }: { readonly place: Place }) {
  const [round, setRound] = useState(0);
  const asked = useAnswer(`${round}`, silences);
  const deed = useDeed(() => setRound(round + 1));
  const { zone } = place.state;
  return (
    <Panel title="Silences" asked={asked}>
      {({ silences: all }) => (
        <>
          <Refusal error={deed.error} />
          {all.length === 0 ? <p class="quiet">Nothing is silenced. An alert can be: open it, and ask for silence about alerts like it.</p> : (
            <table class="sheet">
              <thead><tr><th scope="col">Alerts</th><th scope="col">Until</th><th scope="col">Why</th><th scope="col"><span class="only-read">End</span></th></tr></thead>
              <tbody>
                {all.map((silence) => (
                  <tr key={silence.id}>
                    <th scope="row"><code>{silence.matchers.map(visible).join(" or ")}</code></th>
                    <td data-label="Until"><Time at={silence.until} zone={zone} />{!silence.is_active && <span class="quiet">, not in force</span>}</td>
                    <td data-label="Why">{visible(silence.reason)}, by {visible(silence.author)}</td>
                    <td class="sheet-tools">{silence.is_active && place.may("handle-alerts") && <button type="button" class="button" disabled={deed.busy} onClick={() => deed.run(() => endSilence(silence.id))}>End it now</button>}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </>
      )}
    </Panel>
  );
}
