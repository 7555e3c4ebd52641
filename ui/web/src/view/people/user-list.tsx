// Users: added, changed, disabled, removed.
import { useState } from "preact/hooks";
import { addUser, changeUser, removeUser, users, type User } from "../../api/people";
import type { Place } from "../../shell/place";
import { useAnswer } from "../../state/use-answer";
import { visible } from "../../text/visible";
import { Dialog, FormField } from "../dialog";
import { Headline, Panel } from "../parts/panel";
import { Time } from "../parts/time";
import { NO_RIGHTS, RightsFields, streamsOf, streamsText, type Rights } from "./rights";
import { SecretDialog } from "./secret-dialog";

interface Shown {
  readonly name: string;
  readonly password: string;
}

export function UserList({ place }: { readonly place: Place }) {
  const [round, setRound] = useState(0);
  const [dialog, setDialog] = useState<"add" | { readonly change: User } | { readonly remove: User }>();
  const [shown, setShown] = useState<Shown>();
  const asked = useAnswer(`${round}`, users);
  const mayChange = place.may("manage-users");
  const close = (): void => setDialog(undefined);
  const changed = (): void => setRound(round + 1);
  return (
    <Panel title="Users" asked={asked} tools={mayChange && <button type="button" class="button button-main" onClick={() => setDialog("add")}>{"Add a user\u2026"}</button>}>
      {({ users: all }) => (
        <>
          {all.length === 0
            ? <Headline mood="bad">There are no users: whoever works here does so with the token of the data directory, and nobody knows who that was</Headline>
            : <UserTable users={all} place={place} mayChange={mayChange} onChange={(user) => setDialog({ change: user })} onRemove={(user) => setDialog({ remove: user })} />}
          {dialog === "add" && <AddDialog onAdded={(added) => { setShown(added); changed(); }} onClose={close} />}
          {typeof dialog === "object" && "change" in dialog && <ChangeDialog user={dialog.change} onChanged={(password) => { if (password !== null) setShown({ name: dialog.change.name, password }); changed(); }} onClose={close} />}
          {typeof dialog === "object" && "remove" in dialog && (
            <Dialog title={`Remove ${dialog.remove.name}`} action="Remove the user" isGrave onSubmit={async () => { await removeUser(dialog.remove.name); changed(); }} onClose={close}>
              <p class="quiet">Sessions and tokens of this user end at once. What they did stays in the audit trail. To keep somebody out for a while, disable the user instead.</p>
            </Dialog>
          )}
          {shown !== undefined && <SecretDialog title={`First password of ${shown.name}`} hint="Hand it over. It signs in once, and is changed then. Nobody can show it again." secret={shown.password} onClose={() => setShown(undefined)} />}
        </>
      )}
    </Panel>
  );
}

interface TableProps {
  readonly users: readonly User[];
  readonly place: Place;
  readonly mayChange: boolean;
  readonly onChange: (user: User) => void;
  readonly onRemove: (user: User) => void;
}

function UserTable({ users: all, place, mayChange, onChange, onRemove }: TableProps) {
  return (
    <table class="sheet">
      <thead><tr><th scope="col">User</th><th scope="col">Roles</th><th scope="col">Streams</th><th scope="col">Last sign-in</th><th scope="col"><span class="only-read">Change</span></th></tr></thead>
      <tbody>
        {all.map((user) => (
          <tr key={user.name}>
            <th scope="row">{visible(user.name)}{user.is_disabled && <span class="tag is-grave">disabled</span>}{user.must_change_password && <span class="tag is-warning">first password</span>}</th>
            <td data-label="Roles">{user.roles.length === 0 ? <span class="quiet">none</span> : user.roles.join(", ")}{user.issuer !== null && <span class="quiet">, as {visible(user.issuer)} says</span>}</td>
            <td data-label="Streams">{streamsText(user.streams)}</td>
            <td data-label="Last sign-in"><Time at={user.last_sign_in_at} zone={place.state.zone} /></td>
            <td class="sheet-tools">
              {mayChange && <button type="button" class="button" aria-label={`Change ${user.name}`} onClick={() => onChange(user)}>{"Change\u2026"}</button>}
              {mayChange && <button type="button" class="button" aria-label={`Remove ${user.name}`} onClick={() => onRemove(user)}>{"Remove\u2026"}</button>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function AddDialog({ onAdded, onClose }: { readonly onAdded: (added: Shown) => void; readonly onClose: () => void }) {
  const [name, setName] = useState("");
  const [rights, setRights] = useState<Rights>(NO_RIGHTS);
  const submit = async (): Promise<void> => {
    const added = await addUser({ name: name.trim(), roles: rights.roles, streams: streamsOf(rights) });
    onAdded({ name: added.name, password: added.first_password });
  };
  return (
    <Dialog title="Add a user" action="Add" onSubmit={submit} onClose={onClose}>
      <FormField label="Name">
        {(id) => <input id={id} required autofocus autocomplete="off" spellcheck={false} value={name} onInput={(event) => setName(event.currentTarget.value)} />}
      </FormField>
      <RightsFields rights={rights} onRights={setRights} />
    </Dialog>
  );
}

interface ChangeProps {
  readonly user: User;
  readonly onChanged: (password: string | null) => void;
  readonly onClose: () => void;
}

function ChangeDialog({ user, onChanged, onClose }: ChangeProps) {
  const [rights, setRights] = useState<Rights>({ roles: user.roles, streams: (user.streams ?? ["*"]).join("\n") });
  const [disabled, setDisabled] = useState(user.is_disabled);
  const [password, setPassword] = useState(false);
  const submit = async (): Promise<void> => {
    const changed = await changeUser(user.name, { roles: rights.roles, streams: streamsOf(rights), is_disabled: disabled, ...(password ? { new_password: true } : {}) });
    onChanged(changed.first_password);
  };
  return (
    <Dialog title={`Change ${user.name}`} action="Change" onSubmit={submit} onClose={onClose}>
      <RightsFields rights={rights} onRights={setRights} />
      <label class="checkbox"><input type="checkbox" checked={disabled} onChange={() => setDisabled(!disabled)} /> disabled: signs in no more, and open sessions end</label>
      <label class="checkbox"><input type="checkbox" checked={password} onChange={() => setPassword(!password)} /> give a new first password</label>
    </Dialog>
  );
}
