// The evidence: whether it is whole, where it is, what holds it, what comes back, what protects it.
import type { Place } from "../../shell/place";
import { Holds } from "./holds";
import { Integrity } from "./integrity";
import { Keys } from "./keys";
import { Places } from "./places";
import { Restores } from "./restores";

export function EvidenceView({ place }: { readonly place: Place }) {
  const { zone } = place.state;
  return (
    <div class="panels">
      <h1 class="only-read">Evidence</h1>
      <Integrity zone={zone} />
      <Places zone={zone} />
      <Holds zone={zone} onQuery={(query) => place.explore({ query })} />
      <Restores zone={zone} />
      <Keys zone={zone} />
    </div>
  );
}
