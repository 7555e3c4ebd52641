// What is kept: in which stream, since when, how long, and what in it is protected.
import { inventory, type Inventory } from "../../api/streams";
import type { Place } from "../../shell/place";
import { useAnswer } from "../../state/use-answer";
import { useEvery } from "../../state/use-every";
import { grouped } from "../../text/number";
import { visible } from "../../text/visible";
import { Fact, Facts, Panel } from "../parts/panel";
import { Time } from "../parts/time";

const REFRESH_MS = 30_000;

export function StreamsView({ place }: { readonly place: Place }) {
  const refreshes = useEvery(REFRESH_MS);
  const asked = useAnswer(`${refreshes}`, inventory);
  return (
    <div class="panels">
      <div class="view-head"><h1>Streams</h1></div>
      <Panel title="What is kept, and how long" asked={asked}>{(answer) => <StreamTable inventory={answer} place={place} />}</Panel>
      <Panel title="Where" asked={asked}>
        {({ storages }) => (
          <Facts>
            <Fact name="Hot"><code>{visible(storages.hot)}</code></Fact>
            <Fact name="Warm">{storages.warm === null ? "not configured" : <code>{visible(storages.warm)}</code>}</Fact>
            <Fact name="Cold">{storages.cold === null ? "not configured: there is no second copy" : <code>{visible(storages.cold)}</code>}</Fact>
            <Fact name="Checkpoints">{storages.anchor === null ? "are copied nowhere else" : <code>{visible(storages.anchor)}</code>}</Fact>
          </Facts>
        )}
      </Panel>
    </div>
  );
}

function StreamTable({ inventory: { streams, is_cut: isCut }, place }: { readonly inventory: Inventory; readonly place: Place }) {
  return (
    <>
      <table class="sheet">
        <thead><tr><th scope="col">Stream</th><th scope="col" class="is-number">Records</th><th scope="col">Oldest</th><th scope="col">Newest</th><th scope="col">Kept for</th><th scope="col">Protected</th></tr></thead>
        <tbody>
          {streams.map((line) => (
            <tr key={line.stream}>
              <th scope="row">
                {place.may("search")
                  ? <button type="button" class="query-link" onClick={() => place.explore({ query: "", stream: line.stream })}>{visible(line.stream)}</button>
                  : visible(line.stream)}
                <br /><span class="quiet">class {visible(line.class)}</span>
              </th>
              <td class="is-number" data-label="Records">{grouped(line.records)}</td>
              <td data-label="Oldest"><Time at={line.oldest} zone={place.state.zone} /></td>
              <td data-label="Newest"><Time at={line.newest} zone={place.state.zone} /></td>
              <td data-label="Kept for">{visible(line.kept)}, {line.lock === "none" ? "not locked" : `locked ${visible(line.lock)}`}</td>
              <td data-label="Protected">{[...line.protected, ...line.looked_for.map((kind) => `${kind} anywhere`)].map(visible).join(", ") || <span class="quiet">nothing</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {isCut && <p class="quiet">There are more streams than are listed.</p>}
    </>
  );
}
