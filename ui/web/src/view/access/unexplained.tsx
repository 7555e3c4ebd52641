// Who opened data that nothing explains, the most striking first. It is a list to ask about, and no accusation.
import { useState } from "preact/hooks";
import { openReview, ranking } from "../../api/review";
import type { Place } from "../../shell/place";
import { useAnswer } from "../../state/use-answer";
import { useDeed } from "../../state/use-deed";
import { grouped, percent } from "../../text/number";
import { Headline, Panel } from "../parts/panel";
import { PairCells } from "./pair-cells";
import { FIRST_SPAN, RANKED_SPANS } from "./spans";
import { Refusal } from "../refusal";

export function Unexplained({ place }: { readonly place: Place }) {
  const [from, setFrom] = useState<string>(FIRST_SPAN);
  const asked = useAnswer(from, (signal) => ranking(from, signal));
  const deed = useDeed();
  const review = async (): Promise<void> => place.change({ tab: "reviews", item: (await openReview(from, "now")).id });
  return (
    <Panel
      title="What nothing explains" asked={asked}
      tools={(
        <>
          <label class="quiet">Over <select class="small-choice" value={from} onChange={(event) => setFrom(event.currentTarget.value)}>{RANKED_SPANS.map(([value, label]) => <option key={value} value={value}>{label}</option>)}</select></label>
          <button type="button" class="button button-main" disabled={deed.busy} onClick={() => deed.run(review)}>Open a review of it</button>
        </>
      )}
    >
      {(answer) => (
        <>
          <Refusal error={deed.error} />
          <Headline mood="open">{grouped(answer.accesses - answer.explained)} of {grouped(answer.accesses)} accesses are explained by nothing ({percent(answer.accesses - answer.explained, answer.accesses)}), of {grouped(answer.users)} users</Headline>
          {answer.facts === 0 && <p class="quiet">No facts of other systems (appointments, stays, duties) are told, so that nothing can explain anything. See <code>palisade review --help</code>.</p>}
          {answer.pairs.length > 0 && (
            <table class="sheet">
              <thead><tr><th scope="col">User</th><th scope="col">Person</th><th scope="col" class="is-number">Points</th><th scope="col">Why</th></tr></thead>
              <tbody>{answer.pairs.map((pair) => <tr key={`${pair.user} ${pair.person}`}><PairCells pair={pair} /></tr>)}</tbody>
            </table>
          )}
        </>
      )}
    </Panel>
  );
}
