// Whether what is stored is what was signed.
import { useEffect, useState } from "preact/hooks";
import type { ApiError } from "../../api/client";
import { verification, verifyNow, type Finding, type Report } from "../../api/evidence";
import { asApiError, useAnswer } from "../../state/use-answer";
import { grouped, plural } from "../../text/number";
import { visible } from "../../text/visible";
import { span } from "../../time/format";
import type { Zone } from "../../time/parse";
import { Fact, Facts, Headline, Panel } from "../parts/panel";
import { Time } from "../parts/time";
import { checkedText, placeText, verdictOf } from "./words";
import { Refusal } from "../refusal";

// While one runs, often enough to look alive; else in the rhythm in which something can change.
const LOOK_WHILE_RUNNING_MS = 1_000;
const LOOK_MS = 60_000;

export function Integrity({ zone }: { readonly zone: Zone }) {
  const [look, setLook] = useState(0);
  const [wanted, setWanted] = useState<{ readonly after: number; readonly until: number }>();
  const [refusal, setRefusal] = useState<ApiError>();
  const asked = useAnswer(`${look}`, verification);
  const { answer } = asked;
  const runs = answer?.runs ?? 0;
  // A server that was started again counts from the beginning, and has forgotten what it was asked.
  const isRunning = answer?.running === true || (wanted !== undefined && runs >= wanted.after && runs < wanted.until);
  useEffect(() => {
    if (asked.loading) return;
    const timer = setTimeout(() => setLook(look + 1), isRunning ? LOOK_WHILE_RUNNING_MS : LOOK_MS);
    return () => clearTimeout(timer);
  }, [asked.loading, isRunning, look]);
  const verify = (): void => {
    setRefusal(undefined);
    // One that is under way does not count: it may have passed over what is wrong now.
    setWanted({ after: runs, until: runs + (answer?.running === true ? 2 : 1) });
    verifyNow().then(() => setLook((count) => count + 1), (cause: unknown) => {
      setWanted(undefined);
      setRefusal(asApiError(cause));
    });
  };
  return (
    <Panel
      title="Integrity" asked={asked}
      tools={(
        <button type="button" class="button" disabled={isRunning || answer === undefined} onClick={verify}>
          {isRunning ? <><span class="spinner" /> {"Verifying\u2026"}</> : "Verify now"}
        </button>
      )}
    >
      {(current) => {
        const verdict = verdictOf(current);
        const { report } = current;
        return (
          <>
            <Headline mood={verdict.mood}>{verdict.sentence}.</Headline>
            <Refusal error={refusal} />
            {report === null
              ? <p class="quiet">The server looks by itself five minutes after its start, then every hour; once a day it rebuilds a thirtieth of all records.</p>
              : <ReportFacts report={report} storedAt={current.checkpoint_stored_at} tookMs={current.took_ms} zone={zone} />}
            {report !== null && report.findings.length > 0 && <Findings findings={report.findings} leftOff={report.findings_left_off} />}
          </>
        );
      }}
    </Panel>
  );
}

interface ReportProps {
  readonly report: Report;
  readonly storedAt: string | null;
  readonly tookMs: number;
  readonly zone: Zone;
}

function ReportFacts({ report, storedAt, tookMs, zone }: ReportProps) {
  return (
    <Facts>
      <Fact name="Checked">{checkedText(report)}</Fact>
      <Fact name="When"><Time at={report.at} zone={zone} />, in {span(Math.max(1, tookMs))}</Fact>
      <Fact name="Checkpoint">
        {report.checkpoint === null ? "none yet" : <>{plural(report.checkpoint.size, "entry", "entries")} of <code>{report.checkpoint.origin}</code>, stored <Time at={storedAt} zone={zone} /></>}
      </Fact>
      <Fact name="Signed history">
        {plural(report.checkpoints, "checkpoint")} in one unbroken line{report.anchored > 0 && `, ${grouped(report.anchored)} of them anchored elsewhere`}
        {report.unsigned > 0 && `; ${plural(report.unsigned, "publishing is", "publishings are")} not signed yet`}
      </Fact>
    </Facts>
  );
}

const KINDS = { tampered: "changed", incomplete: "missing" } as const;

function Findings({ findings, leftOff }: { readonly findings: readonly Finding[]; readonly leftOff: number }) {
  return (
    <>
      <div class="sheet-frame" tabIndex={0} role="region" aria-label="Findings">
        <table class="sheet">
          <thead><tr><th scope="col">What</th><th scope="col">Object</th><th scope="col">Where</th><th scope="col">Problem</th></tr></thead>
          <tbody>
            {findings.map((finding, index) => (
              <tr key={index}>
                <td data-label="What"><strong class={finding.kind === "tampered" ? "level-error" : "level-warn"}>{KINDS[finding.kind]}</strong></td>
                <td data-label="Object"><code>{visible(finding.object)}</code></td>
                <td data-label="Where">{placeText(finding)}</td>
                <td data-label="Problem">{visible(finding.problem)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {leftOff > 0 && <p class="quiet">{plural(leftOff, "more finding")} not told here; <code>palisade verify</code> tells them all.</p>}
    </>
  );
}
