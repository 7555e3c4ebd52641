// Roles and streams in a form, and as a sentence.
import { ROLES } from "../../api/people";
import { visible } from "../../text/visible";
import { FormField } from "../dialog";

export interface Rights {
  readonly roles: readonly string[];
  /** Patterns, one a line: `care.*`, `ward/-patient_id`. */
  readonly streams: string;
}

export const NO_RIGHTS: Rights = { roles: [], streams: "*" };

export const streamsOf = (rights: Rights): readonly string[] => rights.streams.split(/\s+/).filter((pattern) => pattern !== "");

export const streamsText = (streams: readonly string[] | null): string => (streams === null ? "all streams" : streams.length === 0 ? "no stream" : streams.map(visible).join(", "));

export function RightsFields({ rights, onRights }: { readonly rights: Rights; readonly onRights: (rights: Rights) => void }) {
  const toggle = (role: string): void => {
    const others = rights.roles.filter((one) => one !== role);
    onRights({ ...rights, roles: others.length === rights.roles.length ? [...others, role] : others });
  };
  return (
    <>
      <fieldset class="role-choice">
        <legend>Roles</legend>
        {ROLES.map((role) => <label key={role} class="checkbox"><input type="checkbox" checked={rights.roles.includes(role)} onChange={() => toggle(role)} /> {role}</label>)}
      </fieldset>
      <FormField label="Streams" hint="Names with * for any letters, one a line; fields after a slash, with - those that are not shown: care/-patient*.">
        {(id, hint) => <textarea id={id} class="is-code" aria-describedby={hint} required rows={2} spellcheck={false} value={rights.streams} onInput={(event) => onRights({ ...rights, streams: event.currentTarget.value })} />}
      </FormField>
    </>
  );
}
