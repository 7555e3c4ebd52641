// An address that a rule names. Rules are written by many: only that of a page becomes a link, and the page it leads to learns nothing.
import type { ComponentChildren } from "preact";

interface Props {
  readonly address: string;
  readonly class?: string;
  /** What stands there when the address is none of a page. */
  readonly otherwise: ComponentChildren;
  readonly children: ComponentChildren;
}

export function OutsideLink({ address, class: look, otherwise, children }: Props) {
  if (!/^https?:\/\//.test(address)) return <>{otherwise}</>;
  return <a class={look} href={address} target="_blank" rel="noreferrer noopener">{children}</a>;
}
