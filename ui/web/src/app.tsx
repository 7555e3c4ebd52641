// Who looks: nobody yet, somebody who must choose a password, or somebody who may see the page.
import { useEffect, useState } from "preact/hooks";
import { onSignedOut } from "./api/client";
import { whoAmI } from "./api/session";
import { Shell } from "./shell/shell";
import { useAnswer } from "./state/use-answer";
import { ErrorNotice } from "./view/notice";
import { ChangePassword, SignIn } from "./view/sign-in";

export function App() {
  const [round, setRound] = useState(0);
  const { answer: who, error } = useAnswer(`${round}`, whoAmI);
  // A session that ends while the page is open.
  useEffect(() => onSignedOut(() => setRound((count) => count + 1)), []);
  if (error?.status === 401) return <SignIn onDone={() => location.reload()} />;
  if (error?.body.kind === "password_change" || who?.must_change_password === true) return <ChangePassword onDone={() => location.reload()} />;
  if (error !== undefined) return <ErrorNotice error={error} query="" onRetry={() => setRound(round + 1)} />;
  return who === undefined ? null : <Shell who={who} />;
}
