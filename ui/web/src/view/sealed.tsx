// A value that is not shown: a lock, and enough of its token to tell equal values.
import { Fragment, type ComponentChildren } from "preact";
import { sealedParts, shortToken } from "../text/sealed";
import { Icon } from "./icon";

const MEANING = "protected: found by its value, not shown";

export function Sealed({ token }: { readonly token: string }) {
  const short = shortToken(token);
  return (
    <span class="sealed" role="img" title={MEANING} aria-label={`protected value ${short}`}>
      <Icon name="lock" />
      {short}
    </span>
  );
}

/** A text with its sealed values as locks. */
export function WithSealed({ text, draw }: { readonly text: string; readonly draw: (text: string) => ComponentChildren }) {
  return <>{sealedParts(text).map((part, index) => ("token" in part ? <Sealed key={index} token={part.token} /> : <Fragment key={index}>{draw(part.text)}</Fragment>))}</>;
}
