// Where the records are, how they are locked, and what went wrong last.
import { storages, type Share, type Storages } from "../../api/evidence";
import { useAnswer } from "../../state/use-answer";
import { bytes, grouped, plural } from "../../text/number";
import { visible } from "../../text/visible";
import type { Zone } from "../../time/parse";
import { Fact, Facts, Headline, Panel } from "../parts/panel";
import { Time } from "../parts/time";
import { archiveText } from "./words";

interface Tier {
  readonly name: string;
  readonly what: string;
  readonly share: Share;
  readonly isThere: boolean;
}

const tiersOf = ({ hot, warm, cold, configured }: Storages): readonly Tier[] => [
  { name: "Hot", what: "the data directory", share: hot, isThere: true },
  { name: "Warm", what: "copies of middle age", share: warm, isThere: configured.warm },
  { name: "Cold", what: "the evidence", share: cold, isThere: configured.cold },
];

export function Places({ zone }: { readonly zone: Zone }) {
  const asked = useAnswer("storages", storages);
  return (
    <Panel title="Where the records are" asked={asked}>
      {(answer) => {
        const { mood, sentence } = archiveText(answer);
        return (
          <>
            <Headline mood={mood}>{sentence}.</Headline>
            <table class="sheet">
              <thead><tr><th scope="col">Storage</th><th scope="col" class="is-number">Splits</th><th scope="col" class="is-number">Bytes</th><th scope="col">Oldest record</th></tr></thead>
              <tbody>{tiersOf(answer).map((tier) => <TierRow key={tier.name} tier={tier} zone={zone} />)}</tbody>
            </table>
            <Facts>
              {answer.configured.cold && <Fact name="Locked"><Locked storages={answer} zone={zone} /></Fact>}
              <Fact name="Under hold">{plural(answer.held, "split")}</Fact>
              <Fact name="Disposed of">{plural(answer.disposals, "split")} since the start</Fact>
              <Fact name="Anchor">{answer.configured.anchor ? "checkpoints are copied to an anchor storage" : "none: whoever can change the data directory can change the log and its checkpoints"}</Fact>
            </Facts>
            {answer.last_problem !== null && <p class="banner" role="alert"><strong>The lifecycle's last problem:</strong> {visible(answer.last_problem)}</p>}
          </>
        );
      }}
    </Panel>
  );
}

function TierRow({ tier, zone }: { readonly tier: Tier; readonly zone: Zone }) {
  const { name, what, share, isThere } = tier;
  return (
    <tr>
      <th scope="row">{name} <span class="quiet">{what}</span></th>
      {isThere || share.splits > 0
        ? (
          <>
            <td data-label="Splits" class="is-number">{grouped(share.splits)}</td>
            <td data-label="Bytes" class="is-number">{bytes(share.bytes)}</td>
            <td data-label="Oldest record"><Time at={share.oldest} zone={zone} /></td>
          </>
        )
        : <td colSpan={3} class="quiet">not configured</td>}
    </tr>
  );
}

function Locked({ storages: { locks, cold }, zone }: { readonly storages: Storages; readonly zone: Zone }) {
  if (locks.splits === 0) return <>nothing: the store tells no lock</>;
  return (
    <>
      {grouped(locks.splits)} of {plural(cold.splits, "split")}, until <Time at={locks.last_ends} zone={zone} />
      {locks.first_ends !== locks.last_ends && <>; the first lock ends <Time at={locks.first_ends} zone={zone} /></>}
    </>
  );
}
