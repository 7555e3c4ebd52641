// Asks what a hold is about, and why one ends.
import { useState } from "preact/hooks";
import { placeHold, releaseHold, type Hold } from "../../api/evidence";
import { Dialog, FormField } from "../dialog";

interface PlaceProps {
  readonly onPlaced: () => void;
  readonly onClose: () => void;
}

const EMPTY = { matter: "", reason: "", query: "", from: "", to: "" };

export function PlaceHoldDialog({ onPlaced, onClose }: PlaceProps) {
  const [hold, setHold] = useState(EMPTY);
  const put = (name: keyof typeof EMPTY) => (event: { readonly currentTarget: { readonly value: string } }): void => setHold({ ...hold, [name]: event.currentTarget.value });
  const submit = async (): Promise<void> => {
    const [from, to] = [hold.from.trim(), hold.to.trim()];
    await placeHold({ matter: hold.matter.trim(), reason: hold.reason.trim(), query: hold.query.trim(), ...(from === "" ? {} : { from }), ...(to === "" ? {} : { to }) });
    onPlaced();
  };
  return (
    <Dialog title="Place a legal hold" action="Place the hold" onSubmit={submit} onClose={onClose}>
      <p class="quiet">Nothing that it covers is disposed of until somebody releases it. It is written to the signed log.</p>
      <FormField label="Matter" hint="The case it belongs to.">
        {(id, hint) => <input id={id} aria-describedby={hint} required autofocus autocomplete="off" maxLength={200} value={hold.matter} onInput={put("matter")} />}
      </FormField>
      <FormField label="Reason">
        {(id) => <textarea id={id} required rows={2} maxLength={4_000} value={hold.reason} onInput={put("reason")} />}
      </FormField>
      <FormField label="Query" hint="Which records, as conditions; everything when left empty.">
        {(id, hint) => <input id={id} class="is-code" aria-describedby={hint} autocomplete="off" spellcheck={false} placeholder="service:billing" value={hold.query} onInput={put("query")} />}
      </FormField>
      <div class="form-row">
        <FormField label="From" hint="2026-11-21, now-30d; empty: the beginning.">
          {(id, hint) => <input id={id} class="is-code" aria-describedby={hint} autocomplete="off" value={hold.from} onInput={put("from")} />}
        </FormField>
        <FormField label="To" hint="Empty: everything still to come too.">
          {(id, hint) => <input id={id} class="is-code" aria-describedby={hint} autocomplete="off" value={hold.to} onInput={put("to")} />}
        </FormField>
      </div>
    </Dialog>
  );
}

interface ReleaseProps {
  readonly hold: Hold;
  readonly onReleased: () => void;
  readonly onClose: () => void;
}

export function ReleaseHoldDialog({ hold, onReleased, onClose }: ReleaseProps) {
  const [reason, setReason] = useState("");
  const submit = async (): Promise<void> => {
    await releaseHold(hold.id, reason.trim());
    onReleased();
  };
  return (
    <Dialog title={`Release the hold of ${hold.matter}`} action="Release the hold" isGrave onSubmit={submit} onClose={onClose}>
      <p class="quiet">What only this hold keeps is disposed of when its term is over. A released hold cannot be taken up again; place a new one instead.</p>
      <FormField label="Reason">
        {(id) => <textarea id={id} required autofocus rows={2} maxLength={4_000} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />}
      </FormField>
    </Dialog>
  );
}
