// What a search that is dear would read, and the button that runs it all the same.
import type { Estimate, Progress } from "../api/types";
import { bytes, plural } from "../text/number";
import { span } from "../time/format";

export const dollars = (amount: number): string => (amount === 0 ? "nothing" : amount < 0.01 ? "less than $0.01" : `$${(Math.ceil(amount * 100) / 100).toFixed(2)}`);

export function estimateText({ requests, bytes: read, seconds, dollars: price }: Estimate): string {
  return `at most ${plural(requests, "request")}, ${bytes(read)}, about ${span(Math.max(1, seconds * 1000))}, ${dollars(price)}`;
}

export function progressText(progress: Progress): string {
  const far = progress.far_requests === 0 ? "" : `, ${bytes(progress.far_bytes)} in ${plural(progress.far_requests, "request")} from far away`;
  return `${progress.splits_done} of ${plural(progress.splits, "split")}, ${bytes(progress.bytes)} looked at${far}`;
}

export function EstimateBar({ estimate, onRun }: { readonly estimate: Estimate; readonly onRun: () => void }) {
  const { warm, cold, archived } = estimate.splits;
  return (
    <section class="estimate" aria-label="Estimate" role="status">
      <span>
        <strong>This search reads from far storages:</strong> {estimateText(estimate)}.{" "}
        <span class="quiet">
          {plural(warm + cold, "split")} of the warm and cold storages can match.
          {archived > 0 && ` ${plural(archived, "split is archived", "splits are archived")} and must be restored before ${archived === 1 ? "it is" : "they are"} read.`}
        </span>
      </span>
      <button type="button" class="button button-main" onClick={onRun}>Run it</button>
    </section>
  );
}
