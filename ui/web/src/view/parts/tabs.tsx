// The parts of a view, one of which is shown. The address says which.
export interface Tab {
  readonly tab: string;
  readonly label: string;
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
        </button>
      ))}
    </div>
  );
}
