// A question with a form, over everything else. The browser keeps the focus inside and closes it on Escape.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { ApiError } from "../api/client";
import { asApiError } from "../state/use-answer";

interface Props {
  readonly title: string;
  readonly action: string;
  readonly isGrave?: boolean;
  readonly onSubmit: () => Promise<unknown>;
  readonly onClose: () => void;
  /** Says a refusal in words of its own; nothing leaves it as the server said it. */
  readonly refusalOf?: (error: ApiError) => string | undefined;
  readonly children: ComponentChildren;
}

export function Dialog({ title, action, isGrave, onSubmit, onClose, refusalOf, children }: Props) {
  const root = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    root.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const submit = (event: Event): void => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    onSubmit().then(onClose, (cause: unknown) => {
      setError(asApiError(cause));
      setBusy(false);
    });
  };
  return (
    // Keys are for the dialog alone: the list below it would take j, k and Escape for its own.
    <dialog class="dialog" ref={root} aria-labelledby={id} onKeyDown={(event) => event.stopPropagation()} onClose={onClose}>
      <form onSubmit={submit}>
        <h2 id={id}>{title}</h2>
        {children}
        {error !== undefined && <p class="form-error" role="alert">{refusalOf?.(error) ?? `${error.body.message} ${error.body.hint}`}</p>}
        <p class="dialog-buttons">
          <button type="button" class="button" onClick={onClose}>Cancel</button>
          <button type="submit" class={`button button-main ${isGrave === true ? "is-grave" : ""}`} disabled={busy}>{action}</button>
        </p>
      </form>
    </dialog>
  );
}

interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly children: (id: string, hintId: string | undefined) => ComponentChildren;
}

/** A part of a form with its name above and what to write below. */
export function FormField({ label, hint, children }: FieldProps) {
  const id = useId();
  const hintId = hint === undefined ? undefined : `${id}-hint`;
  return (
    <div class="form-field">
      <label for={id}>{label}</label>
      {children(id, hintId)}
      {hint !== undefined && <small id={hintId}>{hint}</small>}
    </div>
  );
}
