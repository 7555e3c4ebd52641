// Shows something once: a first password, a token. The server keeps only its hash.
import { useEffect, useId, useRef, useState } from "preact/hooks";

interface Props {
  readonly title: string;
  readonly hint: string;
  readonly secret: string;
  readonly onClose: () => void;
}

export function SecretDialog({ title, hint, secret, onClose }: Props) {
  const root = useRef<HTMLDialogElement>(null);
  const [copied, setCopied] = useState(false);
  const id = useId();
  useEffect(() => root.current?.showModal(), []);
  return (
    <dialog class="dialog" ref={root} aria-labelledby={id} onKeyDown={(event) => event.stopPropagation()} onClose={onClose}>
      <form method="dialog">
        <h2 id={id}>{title}</h2>
        <p>{hint}</p>
        <p><code class="secret">{secret}</code></p>
        <p class="dialog-buttons">
          <button type="button" class="button" onClick={() => void navigator.clipboard.writeText(secret).then(() => setCopied(true))}>{copied ? "Copied" : "Copy"}</button>
          <button type="submit" class="button button-main">I have it</button>
        </p>
      </form>
    </dialog>
  );
}
