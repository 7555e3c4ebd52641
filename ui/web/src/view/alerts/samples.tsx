// Some of the records of an alert; each opens where it stands among the others.
import type { Alert, Sample } from "../../api/alerts";
import type { Place } from "../../shell/place";
import { visible } from "../../text/visible";
import { full } from "../../time/format";
import { millisOf } from "../../time/parse";
import { WithSealed } from "../sealed";

const AROUND_MS = 60_000;

interface Props {
  readonly alert: Alert;
  readonly place: Place;
}

export function Samples({ alert, place }: Props) {
  const { samples } = alert.notice;
  const open = (sample: Sample): void => {
    const at = millisOf(sample.timestamp);
    place.change({
      view: "search", item: "", query: "", stream: sample.stream, id: sample.id,
      from: new Date(at - AROUND_MS).toISOString(), to: new Date(at + AROUND_MS).toISOString(),
    });
  };
  if (samples.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="samples">
      <div class="panel-head"><h2 id="samples">Some of the records</h2></div>
      <table class="sheet">
        <thead><tr><th scope="col">Time</th><th scope="col">Stream</th><th scope="col">Record</th></tr></thead>
        <tbody>
          {samples.map((sample) => (
            <tr key={sample.id}>
              <td>
                {place.may("search")
                  ? <button type="button" class="query-link" title="Show it among the records around it" onClick={() => open(sample)}>{full(sample.timestamp, place.state.zone)}</button>
                  : full(sample.timestamp, place.state.zone)}
              </td>
              <td data-label="Stream">{visible(sample.stream)}</td>
              <td><code><WithSealed text={sample.text} draw={visible} /></code></td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
