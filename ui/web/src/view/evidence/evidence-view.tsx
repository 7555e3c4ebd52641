// The evidence: whether it is whole, where it is, what holds it, what comes back, what protects it.
import type { Zone } from "../../time/parse";
import { Holds } from "./holds";
import { Integrity } from "./integrity";
import { Keys } from "./keys";
import { Places } from "./places";
import { Restores } from "./restores";

interface Props {
  readonly zone: Zone;
  readonly onQuery: (query: string) => void;
}

export function EvidenceView({ zone, onQuery }: Props) {
  return (
    <div class="evidence">
      <h1 class="only-read">Evidence</h1>
      <Integrity zone={zone} />
      <Places zone={zone} />
      <Holds zone={zone} onQuery={onQuery} />
      <Restores zone={zone} />
      <Keys zone={zone} />
    </div>
  );
}
