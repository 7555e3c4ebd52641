// Rules: all of them, one, or a new one.
import type { Place } from "../../shell/place";
import { NewRule } from "./new-rule";
import { RuleDetail } from "./rule-detail";
import { RuleList } from "./rule-list";

/** No rule can be called so: ids have no spaces. */
const NEW = "a new one";

export function RulesView({ place }: { readonly place: Place }) {
  const { item } = place.state;
  return (
    <div class="panels">
      <div class="view-head">
        <h1>{item === "" ? "Rules" : "Rule"}</h1>
        {item !== "" && <button type="button" class="button" onClick={() => place.change({ item: "" })}>All rules</button>}
        {item === "" && place.may("manage-rules") && <button type="button" class="button button-main" onClick={() => place.change({ item: NEW })}>{"Write a rule\u2026"}</button>}
      </div>
      {item === "" && <RuleList place={place} />}
      {item === NEW && <NewRule place={place} />}
      {item !== "" && item !== NEW && <RuleDetail key={item} id={item} place={place} />}
    </div>
  );
}
