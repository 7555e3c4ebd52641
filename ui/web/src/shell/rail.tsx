// The views at the left: where one is, and where one can go.
import { DEFAULT_STATE, writeUrl, type UrlState, type View } from "../state/url";
import { Icon } from "../view/icon";
import { isPlain } from "../view/parts/item-link";
import { GROUPS } from "./views";

interface Props {
  readonly state: UrlState;
  readonly may: (permission: string) => boolean;
  readonly onView: (view: View) => void;
}

export function Rail({ state, may, onView }: Props) {
  // Links, so that another tab can be opened; a plain click stays on the page.
  const open = (event: MouseEvent, view: View): void => {
    if (!isPlain(event)) return;
    event.preventDefault();
    onView(view);
  };
  const address = (view: View): string => `/${writeUrl({ ...DEFAULT_STATE, from: state.from, to: state.to, zone: state.zone, view })}`;
  return (
    <nav class="rail" aria-label="Views">
      {GROUPS.map((group) => {
        const views = group.views.filter((entry) => may(entry.permission));
        if (views.length === 0) return null;
        return (
          <div key={group.title} class="rail-group">
            <h2>{group.title}</h2>
            <ul>
              {views.map((entry) => (
                <li key={entry.view}>
                  <a href={address(entry.view)} aria-current={state.view === entry.view ? "page" : undefined} onClick={(event) => open(event, entry.view)}>
                    <Icon name={entry.icon} /> {entry.label}
                  </a>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}
