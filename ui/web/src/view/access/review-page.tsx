// One review: every striking pair with what somebody found, and the signature at its end.
import { useState } from "preact/hooks";
import { review as askReview, signReview, type Review } from "../../api/review";
import type { Place } from "../../shell/place";
import { useAnswer } from "../../state/use-answer";
import { grouped } from "../../text/number";
import { visible } from "../../text/visible";
import { Dialog, FormField } from "../dialog";
import { Fact, Facts, Headline, Panel } from "../parts/panel";
import { Time } from "../parts/time";
import { FindingDialog } from "./finding-dialog";
import { PairCells } from "./pair-cells";
import { periodText } from "./period";

interface Props {
  readonly id: string;
  readonly place: Place;
}

export function ReviewPage({ id, place }: Props) {
  const [round, setRound] = useState(0);
  const [finding, setFinding] = useState<number>();
  const [signs, setSigns] = useState(false);
  const asked = useAnswer(`${round}`, (signal) => askReview(id, signal));
  const changed = (): void => setRound(round + 1);
  const { answer } = asked;
  const left = answer?.items.filter((item) => item.finding === null).length ?? 0;
  const mayChange = place.may("review") && answer?.state !== "signed";
  return (
    <div class="panels">
      <div class="view-head">
        <h1>Review</h1>
        <button type="button" class="button" onClick={() => place.change({ item: "", tab: "reviews" })}>All reviews</button>
      </div>
      <Panel
        title={answer === undefined ? "Review" : periodText(answer, place.state.zone)} asked={asked}
        tools={mayChange && <button type="button" class="button button-main" disabled={answer === undefined || left > 0} title={left > 0 ? "Every line needs a finding first" : undefined} onClick={() => setSigns(true)}>{"Sign\u2026"}</button>}
      >
        {(review) => <Head review={review} left={left} place={place} />}
      </Panel>
      {answer !== undefined && answer.items.length > 0 && (
        <section class="panel" aria-labelledby="review-items">
          <div class="panel-head"><h2 id="review-items">What to ask about</h2></div>
          <table class="sheet">
            <thead><tr><th scope="col">User</th><th scope="col">Person</th><th scope="col" class="is-number">Points</th><th scope="col">Why</th><th scope="col">Found</th></tr></thead>
            <tbody>
              {answer.items.map((item, index) => (
                <tr key={`${item.user} ${item.person}`}>
                  <PairCells pair={item} />
                  <td data-label="Found">
                    {item.finding !== null && <><strong class={item.finding.conclusion === "violation" ? "warning" : undefined}>{item.finding.conclusion}</strong>: {visible(item.finding.text)}<br /><span class="quiet">by {visible(item.finding.by)}</span></>}
                    {mayChange && <button type="button" class="button" aria-label={`Say what was found of ${item.user}, line ${index + 1}`} onClick={() => setFinding(index)}>{item.finding === null ? "Say\u2026" : "Change\u2026"}</button>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {finding !== undefined && answer?.items[finding] !== undefined && <FindingDialog id={id} number={finding} item={answer.items[finding]} onFound={changed} onClose={() => setFinding(undefined)} />}
      {signs && <SignDialog id={id} onSigned={changed} onClose={() => setSigns(false)} />}
    </div>
  );
}

function Head({ review, left, place }: { readonly review: Review; readonly left: number; readonly place: Place }) {
  const isSigned = review.state === "signed";
  const sentence = isSigned ? "It is signed, and nothing in it changes any more" : left > 0 ? `${grouped(left)} of ${grouped(review.items.length)} lines have no finding yet` : "Every line has a finding: it can be signed";
  return (
    <>
      <Headline mood={isSigned ? "good" : review.state === "overdue" ? "bad" : "open"}>{sentence}</Headline>
      <Facts>
        <Fact name="Accesses">{grouped(review.accesses)}, {grouped(review.accesses - review.explained)} of them explained by nothing</Fact>
        <Fact name="Due"><Time at={review.due_at} zone={place.state.zone} /></Fact>
      </Facts>
    </>
  );
}

function SignDialog({ id, onSigned, onClose }: { readonly id: string; readonly onSigned: () => void; readonly onClose: () => void }) {
  const [statement, setStatement] = useState("");
  const submit = async (): Promise<void> => {
    await signReview(id, statement.trim());
    onSigned();
  };
  return (
    <Dialog title="Sign this review" action="Sign" onSubmit={submit} onClose={onClose}>
      <p class="quiet">Your name, the time and this sentence are written to the signed log. Nothing in the review changes after that.</p>
      <FormField label="Statement">
        {(field) => <textarea id={field} required autofocus rows={3} maxLength={4_000} value={statement} onInput={(event) => setStatement(event.currentTarget.value)} />}
      </FormField>
    </Dialog>
  );
}
