// A link to one of the things of a view: a plain click stays on the page, and another tab can be opened.
import type { ComponentChildren } from "preact";
import type { Place } from "../../shell/place";
import { writeUrl } from "../../state/url";

/** Whether a click asks for no other tab or window. */
export const isPlain = (event: MouseEvent): boolean => !(event.ctrlKey || event.metaKey || event.shiftKey) && event.button === 0;

interface Props {
  readonly item: string;
  readonly place: Place;
  readonly children: ComponentChildren;
}

export function ItemLink({ item, place, children }: Props) {
  const open = (event: MouseEvent): void => {
    if (!isPlain(event)) return;
    event.preventDefault();
    place.change({ item });
  };
  return <a class="query-link" href={`/${writeUrl({ ...place.state, item })}`} onClick={open}>{children}</a>;
}
