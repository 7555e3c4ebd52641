// What the found messages have in common, the most frequent kinds first; each can be looked at alone, or left out.
import { patterns, type Pattern } from "../api/patterns";
import type { Question } from "../api/client";
import { applyClause, type FilterMode } from "../query/edit";
import { conditionOf } from "../query/pattern";
import { useAnswer } from "../state/use-answer";
import { grouped, plural } from "../text/number";
import { visible } from "../text/visible";
import { minute } from "../time/format";
import { millisOf, type Zone } from "../time/parse";
import { Icon } from "./icon";
import { levelOf } from "./level";
import { Refusal } from "./refusal";
import { WithSealed } from "./sealed";

interface Props {
  readonly query: string;
  readonly question: Question & { stream?: string };
  readonly runKey: string;
  readonly zone: Zone;
  readonly onQuery: (query: string) => void;
}

export function PatternsView({ query, question, runKey, zone, onQuery }: Props) {
  const { answer, error, loading, cancel } = useAnswer(runKey, (signal) => patterns(question, signal));
  if (error !== undefined) return <Refusal error={error} />;
  if (answer === undefined || loading) return <p class="loading" role="status"><span class="spinner" /> Looking for what repeats <button type="button" class="button" onClick={cancel}>Cancel</button></p>;
  const filter = (pattern: Pattern, mode: FilterMode): void => onQuery(applyClause(query, conditionOf(pattern.pattern), mode));
  return (
    <div class="stats patterns" role="region" aria-label="Patterns" tabIndex={0}>
      <p class="quiet">{plural(answer.distinct, "kind")} of messages in {plural(answer.total, "record")}{answer.missing > 0 && `, and ${grouped(answer.missing)} without a message`}{answer.others > 0 && `; ${grouped(answer.others)} are of kinds that are not listed`}.</p>
      <table>
        <thead><tr><th scope="col" class="is-number">Records</th><th scope="col">Over time</th><th scope="col">Pattern</th><th scope="col">Last</th><th scope="col"><span class="only-read">Filter</span></th></tr></thead>
        <tbody>
          {answer.patterns.map((pattern) => (
            <tr key={pattern.pattern}>
              <td class="is-number">{grouped(pattern.count)}<br /><span class="quiet">{(pattern.share * 100).toFixed(1)} %</span></td>
              <td><Sparkline counts={pattern.sparkline} /></td>
              <td>{pattern.levels.map((level) => <span key={level} class={`chip level-${levelOf(level)}`}>{visible(level)}</span>)} <WithSealed text={pattern.pattern} draw={visible} /></td>
              <td class="quiet">{minute(millisOf(pattern.last_seen), zone)}</td>
              <td class="pattern-tools">
                <button type="button" class="icon-button" aria-label={`Only ${pattern.pattern}`} title="Look at these alone" onClick={() => filter(pattern, "include")}><Icon name="plus" /></button>
                <button type="button" class="icon-button" aria-label={`Without ${pattern.pattern}`} title="Leave these out" onClick={() => filter(pattern, "exclude")}><Icon name="minus" /></button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const BAR_PX = 3;
const HEIGHT_PX = 18;

function Sparkline({ counts }: { readonly counts: readonly number[] }) {
  const most = Math.max(1, ...counts);
  return (
    <svg class="sparkline" width={counts.length * BAR_PX} height={HEIGHT_PX} aria-hidden="true">
      {counts.map((count, index) => {
        const tall = count === 0 ? 0 : Math.max(1, (count / most) * HEIGHT_PX);
        return <rect key={index} x={index * BAR_PX} y={HEIGHT_PX - tall} width={BAR_PX - 1} height={tall} />;
      })}
    </svg>
  );
}
