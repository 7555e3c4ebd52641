// Asks who is there when the server does not know this browser, and for another password after the first sign-in.
import { useEffect, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import type { ApiError } from "../api/client";
import { changePassword, signIn, waysOf, type Credential, type Ways } from "../api/session";
import { asApiError } from "../state/use-answer";

interface Sending {
  readonly error: ApiError | undefined;
  readonly busy: boolean;
  readonly send: (work: () => Promise<void>) => (event: Event) => void;
}

function useSending(): Sending {
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const send = (work: () => Promise<void>) => (event: Event): void => {
    event.preventDefault();
    setBusy(true);
    work()
      .catch((cause: unknown) => setError(asApiError(cause)))
      .finally(() => setBusy(false));
  };
  return { error, busy, send };
}

interface FormProps {
  readonly about: string;
  readonly button: string;
  readonly sending: Sending;
  readonly work: () => Promise<void>;
  readonly children: ComponentChildren;
  readonly below?: ComponentChildren;
}

function Form({ about, button, sending, work, children, below }: FormProps) {
  return (
    <main class="sign-in">
      <form onSubmit={sending.send(work)}>
        <img src="/logo.svg" alt="" width="48" height="48" />
        <h1>Palisade</h1>
        <p>{about}</p>
        {children}
        {sending.error !== undefined && (
          <p class="form-error" role="alert">
            {sending.error.body.message}; {sending.error.body.hint}
          </p>
        )}
        <button type="submit" class="button button-main" disabled={sending.busy}>{button}</button>
        {below}
      </form>
    </main>
  );
}

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly autocomplete: "username" | "organization" | "current-password" | "new-password";
  readonly focus?: boolean;
  readonly required?: boolean;
}

function Field({ id, label, value, onInput, autocomplete, focus = false, required = true }: FieldProps) {
  const common = { id, autocomplete, required, autofocus: focus, value };
  const take = (event: Event & { readonly currentTarget: HTMLInputElement }): void => onInput(event.currentTarget.value);
  return (
    <>
      <label for={id}>{label}</label>
      {autocomplete === "username" || autocomplete === "organization" ? (
        <input {...common} type="text" autocapitalize="none" spellcheck={false} onInput={take} />
      ) : (
        <input {...common} type="password" onInput={take} />
      )}
    </>
  );
}

// What the provider's answer came to, by the word that the server puts into the address.
const REFUSALS: Readonly<Record<string, string>> = {
  expired: "That sign-in was begun elsewhere, or too long ago; begin again.",
  refused: "The provider did not sign you in; try again, or ask whoever runs it.",
  unreachable: "The provider does not answer; try again later, or sign in with a name and a password.",
  failed: "What the provider says cannot be believed; whoever runs Palisade finds more in its log.",
  name: "The provider gives you a name that cannot be used here; ask whoever runs Palisade.",
  "no-role": "You are known, but in no group that may do something here; ask whoever runs Palisade.",
  "not-let-in": "Your name is that of somebody else here, or was disabled; ask whoever runs Palisade.",
};

/** Takes the refusal out of the address, so that it is told once. */
function takeRefusal(): string | undefined {
  const address = new URL(location.href);
  const word = address.searchParams.get("sign_in");
  if (word === null) return undefined;
  address.searchParams.delete("sign_in");
  history.replaceState(null, "", address);
  return REFUSALS[word] ?? REFUSALS["failed"];
}

/** How people sign in; nothing until the server told. A server that does not answer lets the form say so. */
function useWays(tenant: string): Ways | undefined {
  const [ways, setWays] = useState<Ways>();
  useEffect(() => {
    let isWanted = true;
    waysOf(tenant).then((told) => isWanted && setWays(told)).catch(() => undefined);
    return () => { isWanted = false; };
  }, [tenant]);
  return ways;
}

export function SignIn({ onDone }: { readonly onDone: () => void }) {
  const [byToken, setByToken] = useState(false);
  const [tenant, setTenant] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [token, setToken] = useState("");
  const [mustChange, setMustChange] = useState(false);
  const [refusal] = useState(takeRefusal);
  const ways = useWays(tenant.trim());
  const sending = useSending();
  if (mustChange) return <ChangePassword current={password} onDone={onDone} />;
  const work = async (): Promise<void> => {
    const at = tenant.trim() === "" ? {} : { tenant: tenant.trim() };
    const credential: Credential = byToken ? { token: token.trim() } : { name: name.trim(), password, ...at };
    const who = await signIn(credential);
    if (who.must_change_password) setMustChange(true);
    else onDone();
  };
  const about = byToken
    ? "Paste a token to see the records. The first one lies in the data folder, in the file admin.token; the server also printed a link when it started."
    : "Sign in with the name and the password that whoever runs Palisade gave you.";
  const other = (
    <button type="button" class="button" onClick={() => setByToken(!byToken)}>{byToken ? "Use a name and a password" : "Use a token"}</button>
  );
  const path = ways?.oidc?.path;
  const at = tenant.trim() === "" ? "" : `?${new URLSearchParams({ tenant: tenant.trim() })}`;
  return (
    <Form about={about} button="Sign in" sending={sending} work={work} below={other}>
      {refusal !== undefined && <p class="form-error" role="alert">{refusal}</p>}
      {byToken ? (
        <Field id="token" label="Token" value={token} onInput={setToken} autocomplete="current-password" focus />
      ) : (
        <>
          {ways?.several_tenants === true && (
            <Field id="tenant" label="Organisation, if you were given one" value={tenant} onInput={setTenant} autocomplete="organization" required={false} />
          )}
          {path !== undefined && <a class="button button-main" href={`${path}${at}`}>{ways?.oidc?.label}</a>}
          <Field id="name" label="Name" value={name} onInput={setName} autocomplete="username" focus />
          <Field id="password" label="Password" value={password} onInput={setPassword} autocomplete="current-password" />
        </>
      )}
    </Form>
  );
}

interface ChangePasswordProps {
  /** The current password, where it was typed just now. */
  readonly current?: string;
  readonly onDone: () => void;
}

export function ChangePassword({ current = "", onDone }: ChangePasswordProps) {
  const [old, setOld] = useState(current);
  const [next, setNext] = useState("");
  const sending = useSending();
  const work = async (): Promise<void> => {
    await changePassword(old, next);
    onDone();
  };
  const about = "Choose a password of your own: the first one is known to whoever gave it to you. Five words are long, and easier to remember than signs.";
  return (
    <Form about={about} button="Change password" sending={sending} work={work}>
      {current === "" && <Field id="current" label="Current password" value={old} onInput={setOld} autocomplete="current-password" focus />}
      <Field id="next" label="New password" value={next} onInput={setNext} autocomplete="new-password" focus={current !== ""} />
    </Form>
  );
}
