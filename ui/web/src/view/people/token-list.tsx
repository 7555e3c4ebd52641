// Tokens of programs: made, shown once, revoked.
import { useState } from "preact/hooks";
import { makeToken, revokeToken, tokens } from "../../api/people";
import type { Place } from "../../shell/place";
import { useAnswer } from "../../state/use-answer";
import { useDeed } from "../../state/use-deed";
import { visible } from "../../text/visible";
import { Dialog, FormField } from "../dialog";
import { Panel } from "../parts/panel";
import { Time } from "../parts/time";
import { NO_RIGHTS, RightsFields, streamsOf, streamsText, type Rights } from "./rights";
import { SecretDialog } from "./secret-dialog";
import { Refusal } from "../refusal";

export function TokenList({ place }: { readonly place: Place }) {
  const [round, setRound] = useState(0);
  const [makes, setMakes] = useState(false);
  const [secret, setSecret] = useState("");
  const asked = useAnswer(`${round}`, tokens);
  const changed = (): void => setRound(round + 1);
  const deed = useDeed(changed);
  const { zone } = place.state;
  return (
    <Panel title="Tokens" asked={asked} tools={<button type="button" class="button button-main" onClick={() => setMakes(true)}>{"Make a token\u2026"}</button>}>
      {({ tokens: all }) => (
        <>
          <Refusal error={deed.error} />
          {all.length === 0 ? <p class="quiet">None. A program that sends or asks needs one; it may never do more than whoever made it.</p> : (
            <table class="sheet">
              <thead><tr><th scope="col">Token</th><th scope="col">Roles</th><th scope="col">Streams</th><th scope="col">Ends</th><th scope="col">Last used</th><th scope="col"><span class="only-read">Revoke</span></th></tr></thead>
              <tbody>
                {all.map((token) => (
                  <tr key={token.id}>
                    <th scope="row">{visible(token.label)}<br /><span class="quiet">of {visible(token.owner)}</span></th>
                    <td data-label="Roles">{token.roles.join(", ")}</td>
                    <td data-label="Streams">{streamsText(token.streams)}</td>
                    <td data-label="Ends"><Time at={token.expires_at} zone={zone} /></td>
                    <td data-label="Last used"><Time at={token.last_used_at} zone={zone} /></td>
                    <td class="sheet-tools"><button type="button" class="button" aria-label={`Revoke ${token.label}`} disabled={deed.busy} onClick={() => deed.run(() => revokeToken(token.id))}>Revoke</button></td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          {makes && <MakeDialog onMade={(token) => { setSecret(token); changed(); }} onClose={() => setMakes(false)} />}
          {secret !== "" && <SecretDialog title="The token" hint="Give it to the program now. Nobody can show it again." secret={secret} onClose={() => setSecret("")} />}
        </>
      )}
    </Panel>
  );
}

const DAYS = 90;

function MakeDialog({ onMade, onClose }: { readonly onMade: (token: string) => void; readonly onClose: () => void }) {
  const [label, setLabel] = useState("");
  const [days, setDays] = useState(DAYS);
  const [rights, setRights] = useState<Rights>(NO_RIGHTS);
  const submit = async (): Promise<void> => onMade((await makeToken({ label: label.trim(), roles: rights.roles, streams: streamsOf(rights), days })).token);
  return (
    <Dialog title="Make a token" action="Make it" onSubmit={submit} onClose={onClose}>
      <div class="form-row">
        <FormField label="For what">
          {(id) => <input id={id} required autofocus autocomplete="off" value={label} onInput={(event) => setLabel(event.currentTarget.value)} />}
        </FormField>
        <FormField label="Days">
          {(id) => <input id={id} type="number" required min={1} max={3650} value={days} onInput={(event) => setDays(Number(event.currentTarget.value))} />}
        </FormField>
      </div>
      <RightsFields rights={rights} onRights={setRights} />
    </Dialog>
  );
}
