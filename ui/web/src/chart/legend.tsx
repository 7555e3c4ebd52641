// What the colours of the histogram mean, when they are not severities.
import { useMemo } from "preact/hooks";
import type { Bucket } from "../api/types";
import { oneLine } from "../text/visible";
import { Icon } from "../view/icon";
import { WithSealed } from "../view/sealed";
import { splitByValue } from "./split";

interface Props {
  readonly by: string;
  readonly buckets: readonly Bucket[];
  readonly onEnd: () => void;
}

export function Legend({ by, buckets, onEnd }: Props) {
  const { labels } = useMemo(() => splitByValue(buckets), [buckets]);
  return (
    <p class="legend">
      <button type="button" class="chip" aria-label={`Split by severity again, not by ${by}`} onClick={onEnd}>by {oneLine(by)} <Icon name="close" /></button>
      {[...labels].map(([key, label]) => (
        <span key={key} class="legend-part"><svg width="10" height="10" aria-hidden="true"><rect class={`fill-${key}`} width="10" height="10" rx="2" /></svg> <WithSealed text={label} draw={oneLine} /></span>
      ))}
    </p>
  );
}
