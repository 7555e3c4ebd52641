// The three small buttons behind a value: only records with it, only without it, nothing else in the query.
import type { FilterMode } from "../query/edit";
import { Icon } from "./icon";

interface Props {
  readonly what: string;
  readonly onFilter: (mode: FilterMode) => void;
}

const BUTTONS = [
  { mode: "include", icon: "plus", label: "Filter for" },
  { mode: "exclude", icon: "minus", label: "Filter out" },
  { mode: "only", icon: "equals", label: "Search only for" },
] as const;

export function FilterButtons({ what, onFilter }: Props) {
  return (
    <span class="filter-buttons">
      {BUTTONS.map(({ mode, icon, label }) => (
        <button key={mode} type="button" class="icon-button" aria-label={`${label} ${what}`} title={`${label} ${what}`} onClick={() => onFilter(mode)}>
          <Icon name={icon} />
        </button>
      ))}
    </span>
  );
}
