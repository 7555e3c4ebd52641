// Says that an alert was seen, and asks for quiet.
import { useState } from "preact/hooks";
import { acknowledge, type Alert } from "../../api/alerts";
import { addSilence } from "../../api/silences";
import { visible } from "../../text/visible";
import { Dialog, FormField } from "../dialog";
import { matchersOf } from "./matchers";

interface Props {
  readonly alert: Alert;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

const NOTE_MAX = 4_000;

export function AcknowledgeDialog({ alert, onDone, onClose }: Props) {
  const [note, setNote] = useState("");
  const submit = async (): Promise<void> => {
    await acknowledge(alert.id, note.trim());
    onDone();
  };
  return (
    <Dialog title="I have seen it" action="Write it down" onSubmit={submit} onClose={onClose}>
      <p class="quiet">{visible(alert.notice.summary)}</p>
      <FormField label="Note" hint="What you found, or what you do about it. It stands in the alert and in the report of the month.">
        {(id, hint) => <textarea id={id} aria-describedby={hint} autofocus rows={3} maxLength={NOTE_MAX} value={note} onInput={(event) => setNote(event.currentTarget.value)} />}
      </FormField>
    </Dialog>
  );
}

const SPANS = [["1h", "1 hour"], ["4h", "4 hours"], ["1d", "a day"], ["7d", "a week"]] as const;

export function SilenceDialog({ alert, onDone, onClose }: Props) {
  const [matchers, setMatchers] = useState(matchersOf(alert));
  const [span, setSpan] = useState<string>(SPANS[0][0]);
  const [reason, setReason] = useState("");
  const submit = async (): Promise<void> => {
    await addSilence({ matchers: [matchers.trim()], until: `now+${span}`, reason: reason.trim() });
    onDone();
  };
  return (
    <Dialog title="Be silent about alerts like this" action="Be silent" onSubmit={submit} onClose={onClose}>
      <p class="quiet">Alerts go on being found and listed; nobody is told of them. The silence ends by itself.</p>
      <FormField label="Which alerts" hint="Without the last conditions it is about more: leave out group.… for all of the rule.">
        {(id, hint) => <input id={id} class="is-code" aria-describedby={hint} required autocomplete="off" spellcheck={false} value={matchers} onInput={(event) => setMatchers(event.currentTarget.value)} />}
      </FormField>
      <FormField label="For">
        {(id) => (
          <select id={id} value={span} onChange={(event) => setSpan(event.currentTarget.value)}>
            {SPANS.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
          </select>
        )}
      </FormField>
      <FormField label="Reason">
        {(id) => <textarea id={id} required autofocus rows={2} maxLength={NOTE_MAX} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />}
      </FormField>
    </Dialog>
  );
}
