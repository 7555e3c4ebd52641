// Who may do what: people who sign in, and tokens of programs.
import type { Place } from "../../shell/place";
import { Tabs } from "../parts/tabs";
import { TokenList } from "./token-list";
import { UserList } from "./user-list";

export function PeopleView({ place }: { readonly place: Place }) {
  const seesUsers = place.may("see-evidence");
  const tabs = [...(seesUsers ? [{ tab: "", label: "Users" }] : []), { tab: "tokens", label: "Tokens" }];
  const chosen = seesUsers ? place.state.tab : "tokens";
  return (
    <div class="panels">
      <div class="view-head">
        <h1>People and tokens</h1>
        <Tabs label="Users or tokens" tabs={tabs} chosen={chosen} onTab={(tab) => place.change({ tab })} />
      </div>
      {chosen === "tokens" ? <TokenList place={place} /> : <UserList place={place} />}
    </div>
  );
}
