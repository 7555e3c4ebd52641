// Writes something down about an incident, with the time at which somebody was told, where that matters.
import { useState } from "preact/hooks";
import { Dialog, FormField } from "../dialog";

interface Props {
  readonly title: string;
  readonly action: string;
  readonly label: string;
  readonly hasTime?: boolean;
  readonly onWrite: (text: string, at: string | undefined) => Promise<unknown>;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

export function WriteDialog({ title, action, label, hasTime = false, onWrite, onDone, onClose }: Props) {
  const [text, setText] = useState("");
  const [at, setAt] = useState("now");
  const submit = async (): Promise<void> => {
    await onWrite(text.trim(), hasTime && at.trim() !== "" ? at.trim() : undefined);
    onDone();
  };
  return (
    <Dialog title={title} action={action} onSubmit={submit} onClose={onClose}>
      {hasTime && (
        <FormField label="Told at" hint="now, now-3h, 2026-11-21T09:00:00Z; empty: it need not be told.">
          {(id, hint) => <input id={id} class="is-code" aria-describedby={hint} autocomplete="off" value={at} onInput={(event) => setAt(event.currentTarget.value)} />}
        </FormField>
      )}
      <FormField label={label}>
        {(id) => <textarea id={id} required autofocus rows={3} minLength={10} maxLength={8_000} value={text} onInput={(event) => setText(event.currentTarget.value)} />}
      </FormField>
    </Dialog>
  );
}
