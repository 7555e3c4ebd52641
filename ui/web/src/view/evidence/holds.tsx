// Legal holds: what may not be disposed of while a matter is open.
import { useState } from "preact/hooks";
import { holds, type Hold } from "../../api/evidence";
import { useAnswer } from "../../state/use-answer";
import { plural } from "../../text/number";
import { visible } from "../../text/visible";
import { minute } from "../../time/format";
import { millisOf, type Zone } from "../../time/parse";
import { Icon } from "../icon";
import { WithSealed } from "../sealed";
import { PlaceHoldDialog, ReleaseHoldDialog } from "./hold-dialogs";
import { Headline, Panel } from "../parts/panel";
import { Time } from "../parts/time";

interface Props {
  readonly zone: Zone;
  readonly onQuery: (query: string) => void;
}

export function Holds({ zone, onQuery }: Props) {
  const [change, setChange] = useState(0);
  const [places, setPlaces] = useState(false);
  const [releasing, setReleasing] = useState<Hold>();
  const asked = useAnswer(`${change}`, holds);
  const changed = (): void => setChange((count) => count + 1);
  return (
    <Panel title="Legal holds" asked={asked} tools={<button type="button" class="button" onClick={() => setPlaces(true)}><Icon name="plus" /> {"Place a hold\u2026"}</button>}>
      {({ holds: all }) => {
        const standing = all.filter((hold) => hold.released === null);
        const released = all.filter((hold) => hold.released !== null);
        return (
          <>
            <Headline mood={standing.length === 0 ? "open" : "good"}>{standingText(standing.length)}</Headline>
            {standing.length > 0 && <HoldTable holds={standing} zone={zone} onQuery={onQuery} onRelease={setReleasing} />}
            {released.length > 0 && (
              <details>
                <summary>{plural(released.length, "released hold")}</summary>
                <HoldTable holds={released} zone={zone} onQuery={onQuery} />
              </details>
            )}
            {places && <PlaceHoldDialog onPlaced={changed} onClose={() => setPlaces(false)} />}
            {releasing !== undefined && <ReleaseHoldDialog hold={releasing} onReleased={changed} onClose={() => setReleasing(undefined)} />}
          </>
        );
      }}
    </Panel>
  );
}

interface TableProps extends Props {
  readonly holds: readonly Hold[];
  readonly onRelease?: (hold: Hold) => void;
}

function HoldTable({ holds: shown, zone, onQuery, onRelease }: TableProps) {
  return (
    <table class="sheet">
      <thead><tr><th scope="col">Matter</th><th scope="col">Records</th><th scope="col">Placed</th><th scope="col">{onRelease === undefined ? "Released" : <span class="only-read">Release</span>}</th></tr></thead>
      <tbody>
        {shown.map((hold) => (
          <tr key={hold.id}>
            <th scope="row"><strong>{visible(hold.matter)}</strong><br /><span class="quiet">{visible(hold.reason)}</span></th>
            <td data-label="Records">
              {hold.query === "" || hold.query === "*"
                ? "all records"
                : <button type="button" class="query-link" title="Search for these records" onClick={() => onQuery(hold.query)}><code><WithSealed text={hold.query} draw={visible} /></code></button>}
              <br /><span class="quiet">{spanText(hold, zone)}</span>
            </td>
            <td data-label="Placed">by {visible(hold.author)}, <Time at={hold.created_at} zone={zone} /></td>
            {hold.released === null
              ? <td class="sheet-tools"><button type="button" class="button" aria-label={`Release the hold of ${hold.matter}`} onClick={() => onRelease?.(hold)}>{"Release\u2026"}</button></td>
              : <td data-label="Released">by {visible(hold.released.by)}, <Time at={hold.released.at} zone={zone} /><br /><span class="quiet">{visible(hold.released.reason)}</span></td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function standingText(count: number): string {
  if (count === 0) return "No hold stands.";
  return `${plural(count, "hold stands", "holds stand")}: what ${count === 1 ? "it covers" : "they cover"} is not disposed of.`;
}

function spanText({ from, to }: Hold, zone: Zone): string {
  const at = (time: string): string => minute(millisOf(time), zone);
  if (from === null && to === null) return "of all time";
  if (from === null) return `before ${at(to ?? "")}`;
  return to === null ? `from ${at(from)} on` : `from ${at(from)} to ${at(to)}`;
}
