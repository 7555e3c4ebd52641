// Asks why protected values must be seen, and for how long.
import { useState } from "preact/hooks";
import type { ApiError } from "../api/client";
import type { Wish } from "../api/reveal";
import { Dialog, FormField } from "./dialog";

// The server's bounds; it has the last word.
const REASON_BYTES_MIN = 10;
const REASON_BYTES_MAX = 1_024;
const MINUTES = [1, 5, 15, 30, 60] as const;

/** What is wrong with a reason; nothing when it will do. */
export function reasonProblem(reason: string): string | undefined {
  const bytes = new TextEncoder().encode(reason.trim()).length;
  if (bytes < REASON_BYTES_MIN) return `Say why these values must be seen, in ${REASON_BYTES_MIN} characters at least.`;
  return bytes > REASON_BYTES_MAX ? `The reason has ${bytes} bytes; ${REASON_BYTES_MAX} are the most.` : undefined;
}

/** A refusal in the words of who asked; nothing leaves it to the server's. */
export function revealRefusal(error: ApiError): string | undefined {
  if (error.status === 503) return `Nothing was shown: what is revealed must be recorded first, and the record cannot be written. ${error.body.message} Try again when the server can write.`;
  if (error.status === 403) return "Nothing was shown: your token may search, but not reveal protected values.";
  return undefined;
}

interface Props {
  readonly onReveal: (wish: Wish) => Promise<void>;
  readonly onClose: () => void;
}

export function RevealDialog({ onReveal, onClose }: Props) {
  const [reason, setReason] = useState("");
  const [ticket, setTicket] = useState("");
  const [minutes, setMinutes] = useState(5);
  const submit = (): Promise<void> => {
    const problem = reasonProblem(reason);
    return problem === undefined ? onReveal({ reason: reason.trim(), minutes, ticket: ticket.trim() }) : Promise.reject(new Error(problem));
  };
  return (
    <Dialog
      title="Reveal protected values" action="Reveal" onSubmit={submit} onClose={onClose}
      refusalOf={(error) => revealRefusal(error) ?? (error.status === 0 && error.body.kind === "page" ? error.body.message : undefined)}
    >
      <p class="quiet">Who looked, when, and why is recorded in the stream palisade.audit before anything is shown.</p>
      <FormField label="Reason" hint={`Who asked, and for what; ${REASON_BYTES_MIN} characters at least.`}>
        {(id, hint) => (
          <textarea id={id} aria-describedby={hint} rows={3} required autofocus autocomplete="off" value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
        )}
      </FormField>
      <div class="form-row">
        <FormField label="Show for">
          {(id) => (
            <select id={id} value={minutes} onChange={(event) => setMinutes(Number(event.currentTarget.value))}>
              {MINUTES.map((count) => <option key={count} value={count}>{count === 1 ? "1 minute" : `${count} minutes`}</option>)}
            </select>
          )}
        </FormField>
        <FormField label="Ticket (optional)">
          {(id) => <input id={id} autocomplete="off" value={ticket} onInput={(event) => setTicket(event.currentTarget.value)} />}
        </FormField>
      </div>
    </Dialog>
  );
}
