// Asks for a token when the server does not know this browser.
import { useState } from "preact/hooks";
import { signIn, type ApiError } from "../api/client";
import { asApiError } from "../state/use-answer";

export function SignIn({ onDone }: { readonly onDone: () => void }) {
  const [token, setToken] = useState("");
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const submit = (event: Event): void => {
    event.preventDefault();
    setBusy(true);
    signIn(token.trim())
      .then(onDone, (cause: unknown) => setError(asApiError(cause)))
      .finally(() => setBusy(false));
  };
  return (
    <main class="sign-in">
      <form onSubmit={submit}>
        <img src="/logo.svg" alt="" width="48" height="48" />
        <h1>Palisade</h1>
        <p>Paste a token to see the records. The first one lies in the data folder, in the file admin.token; the server also printed a link when it started.</p>
        <label for="token">Token</label>
        <input id="token" type="password" autocomplete="current-password" required autofocus value={token} onInput={(event) => setToken(event.currentTarget.value)} />
        {error !== undefined && (
          <p class="form-error" role="alert">
            {error.status === 401 ? "The server does not know this token." : error.body.message} {error.body.hint}
          </p>
        )}
        <button type="submit" class="button button-main" disabled={busy}>
          Sign in
        </button>
      </form>
    </main>
  );
}
