// The text of rules: checked while it is written, tried over the past before it is in force.
import { useEffect, useState } from "preact/hooks";
import { checkRule, putRule } from "../../api/rules";
import type { Place } from "../../shell/place";
import { useAnswer } from "../../state/use-answer";
import { useDeed } from "../../state/use-deed";
import { visible } from "../../text/visible";
import { Trial } from "./trial";
import { Refusal } from "../refusal";

// Nobody reads mistakes of half a word.
const CHECK_AFTER_MS = 400;

interface Props {
  /** The rule that is tried; that of a new text is told by the text. */
  readonly id: string;
  readonly text: string;
  /** It comes from a file or a pack, and is changed there. */
  readonly isFixed?: boolean;
  readonly place: Place;
  readonly onSaved: (id: string) => void;
}

export function RuleEditor({ id, text: kept, isFixed = false, place, onSaved }: Props) {
  const [text, setText] = useState(kept);
  const [settled, setSettled] = useState(kept);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), CHECK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const checked = useAnswer(isFixed || settled.trim() === "" ? undefined : settled, (signal) => checkRule(settled, signal));
  const deed = useDeed();
  const save = async (): Promise<void> => onSaved((await putRule(text)).id);
  const problems = checked.answer?.problems ?? [];
  const mayWrite = place.may("manage-rules") && !isFixed;
  const isChanged = text !== kept;
  return (
    <section class="panel" aria-labelledby="rule-text">
      <div class="panel-head">
        <h2 id="rule-text">Text</h2>
        <span class="spring" />
        {mayWrite && <button type="button" class="button button-main" disabled={!isChanged || problems.length > 0 || deed.busy} onClick={() => deed.run(save)}>Put it in force</button>}
      </div>
      <textarea
        class="code-field" aria-label="Text of the rule, in YAML" aria-invalid={problems.length > 0} spellcheck={false} rows={Math.min(40, Math.max(12, text.split("\n").length + 1))}
        readOnly={isFixed || (!mayWrite && !place.may("try-rules"))} value={text} onInput={(event) => setText(event.currentTarget.value)}
      />
      {problems.length > 0
        ? <ul class="problems" role="alert">{problems.map((problem) => <li key={`${problem.line} ${problem.reason}`}>Line {problem.line}: {visible(problem.reason)}</li>)}</ul>
        : <p class="quiet" role="status">{isFixed ? "This text comes with a file or a pack, and is changed there." : checked.loading ? "Checking\u2026" : checked.answer === undefined ? "" : "The text is understood."}</p>}
      <Refusal error={deed.error} />
      {place.may("try-rules") && <Trial id={id} {...(isChanged ? { text } : {})} place={place} />}
    </section>
  );
}
