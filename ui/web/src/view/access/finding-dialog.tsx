// Says of one line of a review what it was.
import { useState } from "preact/hooks";
import { putFinding, type Conclusion, type Review } from "../../api/review";
import { visible } from "../../text/visible";
import { Dialog, FormField } from "../dialog";

const CONCLUSIONS: readonly (readonly [Conclusion, string])[] = [
  ["justified", "justified: there was a reason that nothing told"],
  ["violation", "violation: there was none"],
  ["unclear", "unclear: it could not be found out"],
];

interface Props {
  readonly id: string;
  /** Which line of the review, from 0. */
  readonly number: number;
  readonly item: Review["items"][number];
  readonly onFound: () => void;
  readonly onClose: () => void;
}

export function FindingDialog({ id, number, item, onFound, onClose }: Props) {
  const [conclusion, setConclusion] = useState<Conclusion>(item.finding?.conclusion ?? "justified");
  const [text, setText] = useState(item.finding?.text ?? "");
  const submit = async (): Promise<void> => {
    await putFinding(id, number + 1, conclusion, text.trim());
    onFound();
  };
  return (
    <Dialog title={`What was found of ${visible(item.user)}`} action="Write it down" onSubmit={submit} onClose={onClose}>
      <FormField label="It was">
        {(field) => (
          <select id={field} value={conclusion} onChange={(event) => setConclusion(event.currentTarget.value as Conclusion)}>
            {CONCLUSIONS.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
          </select>
        )}
      </FormField>
      <FormField label="Why" hint="Whom you asked, and what they said.">
        {(field, hint) => <textarea id={field} aria-describedby={hint} required autofocus rows={3} maxLength={4_000} value={text} onInput={(event) => setText(event.currentTarget.value)} />}
      </FormField>
    </Dialog>
  );
}
