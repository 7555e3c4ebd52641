// Who opened whose data: asked by name, ranked where nothing explains it, reviewed and signed.
import type { Place } from "../../shell/place";
import { Tabs } from "../parts/tabs";
import { AskAccess } from "./ask-access";
import { ReviewList } from "./review-list";
import { ReviewPage } from "./review-page";
import { Unexplained } from "./unexplained";

const TABS = [
  { tab: "", label: "Who opened whose" },
  { tab: "unexplained", label: "What nothing explains" },
  { tab: "reviews", label: "Reviews" },
] as const;

export function AccessView({ place }: { readonly place: Place }) {
  const { item, tab } = place.state;
  if (item !== "") return <ReviewPage key={item} id={item} place={place} />;
  // Only who reviews may ask; the reviews themselves are part of the report.
  const mayAsk = place.may("review");
  const tabs = mayAsk ? TABS : TABS.filter((one) => one.tab === "reviews");
  const chosen = mayAsk ? tab : "reviews";
  return (
    <div class="panels">
      <div class="view-head">
        <h1>Access</h1>
        <Tabs label="What about access" tabs={tabs} chosen={chosen} onTab={(next) => place.change({ tab: next })} />
      </div>
      {chosen === "" && <AskAccess place={place} />}
      {chosen === "unexplained" && <Unexplained place={place} />}
      {chosen === "reviews" && <ReviewList place={place} />}
    </div>
  );
}
