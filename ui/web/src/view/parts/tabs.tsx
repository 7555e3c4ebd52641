// The parts of a view, one of which is shown. The address says which.
import { plural } from "../../text/number";

export interface Tab {
  readonly tab: string;
  readonly label: string;
  readonly count?: number;
}

interface Props {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly chosen: string;
  readonly onTab: (tab: string) => void;
}

export function Tabs({ label, tabs, chosen, onTab }: Props) {
  return (
    <div class="tabs" role="group" aria-label={label}>
      {tabs.map((tab) => (
        <button key={tab.tab} type="button" aria-pressed={tab.tab === chosen} onClick={() => onTab(tab.tab)}>
          {tab.label}
          {tab.count !== undefined && <span class="tab-count" aria-label={plural(tab.count, "item")}>{tab.count}</span>}
        </button>
      ))}
    </div>
  );
}
