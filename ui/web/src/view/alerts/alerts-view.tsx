// Alerts: all of them, or one.
import type { Place } from "../../shell/place";
import { AlertDetail } from "./alert-detail";
import { AlertList } from "./alert-list";
import { SilenceList } from "./silence-list";
import { Tabs } from "../parts/tabs";

const TABS = [
  { tab: "", label: "Open" },
  { tab: "over", label: "Over" },
  { tab: "all", label: "All" },
  { tab: "silences", label: "Silences" },
] as const;

export function AlertsView({ place }: { readonly place: Place }) {
  const { item, tab } = place.state;
  if (item !== "") return <AlertDetail key={item} id={item} place={place} />;
  return (
    <div class="panels">
      <div class="view-head">
        <h1>Alerts</h1>
        <Tabs label="Which alerts" tabs={TABS} chosen={tab} onTab={(next) => place.change({ tab: next })} />
      </div>
      {tab === "silences" ? <SilenceList place={place} /> : <AlertList key={tab} state={tab === "" ? "open" : tab} place={place} />}
    </div>
  );
}
