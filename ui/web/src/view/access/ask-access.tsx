// Asks who opened somebody's data, or whose data somebody opened. The name stays out of the address: it may be a patient's.
import { useState } from "preact/hooks";
import { accesses, type AccessQuestion } from "../../api/review";
import type { Place } from "../../shell/place";
import { useAnswer } from "../../state/use-answer";
import { AccessTable } from "./access-table";
import { FIRST_SPAN, SPANS } from "./spans";
import { Refusal } from "../refusal";

type Side = "person" | "user";

export function AskAccess({ place }: { readonly place: Place }) {
  const [side, setSide] = useState<Side>("person");
  const [name, setName] = useState("");
  const [from, setFrom] = useState<string>(FIRST_SPAN);
  const [outcome, setOutcome] = useState("");
  const [asked, setAsked] = useState<{ readonly question: AccessQuestion; readonly number: number }>();
  const answer = useAnswer(asked === undefined ? undefined : `${asked.number}`, (signal) => accesses(asked?.question ?? {}, signal));
  const submit = (event: Event): void => {
    event.preventDefault();
    const question = { [side]: name.trim(), ...(from === "" ? {} : { from }), ...(outcome === "" ? {} : { outcome }) };
    setAsked({ question, number: (asked?.number ?? 0) + 1 });
  };
  return (
    <section class="panel" aria-labelledby="ask-access">
      <div class="panel-head"><h2 id="ask-access">{side === "person" ? "Who opened this person's data?" : "Whose data did this user open?"}</h2></div>
      <form class="ask-access" onSubmit={submit}>
        <fieldset class="choice">
          <legend class="only-read">About whom</legend>
          <label><input type="radio" name="side" checked={side === "person"} onChange={() => setSide("person")} /> a person whose data it is</label>
          <label><input type="radio" name="side" checked={side === "user"} onChange={() => setSide("user")} /> a user who opened data</label>
        </fieldset>
        <label>{side === "person" ? "Patient or client" : "User"}<input required autocomplete="off" spellcheck={false} placeholder={side === "person" ? "P-10441" : "dr-007"} value={name} onInput={(event) => setName(event.currentTarget.value)} /></label>
        <label>Over<select value={from} onChange={(event) => setFrom(event.currentTarget.value)}>{SPANS.map(([value, label]) => <option key={value} value={value}>{label}</option>)}</select></label>
        <label>
          Outcome
          <select value={outcome} onChange={(event) => setOutcome(event.currentTarget.value)}>
            <option value="">any</option>
            <option value="success">it was opened</option>
            <option value="failure">it was refused</option>
          </select>
        </label>
        <button type="submit" class="button button-main">Ask</button>
      </form>
      <p class="quiet">The answer covers hot, warm and cold records, and that you asked is written to the audit trail.</p>
      {answer.loading && <p class="quiet" role="status"><span class="spinner" /> Asking <button type="button" class="button" onClick={answer.cancel}>Cancel</button></p>}
      <Refusal error={answer.error} />
      {answer.answer !== undefined && !answer.loading && answer.error === undefined && <AccessTable answer={answer.answer} place={place} />}
    </section>
  );
}
