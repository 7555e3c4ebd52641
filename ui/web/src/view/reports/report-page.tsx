// A report to read: what stands in the PDF, with every number one click from its question.
import { fileOf, reportDocument, type ReportDocument } from "../../api/reports";
import type { Place } from "../../shell/place";
import { useAnswer } from "../../state/use-answer";
import { visible } from "../../text/visible";
import { Icon } from "../icon";
import { Fact, Facts, Panel } from "../parts/panel";
import { Time } from "../parts/time";
import { ReportBlock } from "./report-block";

export function ReportPage({ id, place }: { readonly id: string; readonly place: Place }) {
  const asked = useAnswer(id, (signal) => reportDocument(id, signal));
  const { answer } = asked;
  return (
    <div class="panels">
      <div class="view-head">
        <h1>Report</h1>
        <button type="button" class="button" onClick={() => place.change({ item: "" })}>All reports</button>
      </div>
      <Panel title={answer === undefined ? "Report" : visible(answer.title)} asked={asked} tools={<Files id={id} />}>
        {(document) => <Head document={document} place={place} />}
      </Panel>
      {answer?.sections.map((section) => (
        <section key={section.id} class="panel report-section" id={section.id} aria-labelledby={`${section.id}-title`}>
          <div class="panel-head"><h2 id={`${section.id}-title`}>{section.id} {visible(section.title)}</h2></div>
          {section.blocks.map((block, index) => <ReportBlock key={index} block={block} document={answer} place={place} />)}
        </section>
      ))}
    </div>
  );
}

function Files({ id }: { readonly id: string }) {
  return (
    <>
      <a class="button" href={fileOf(id, "tables")} download={`${id}.json`}>All tables</a>
      <a class="button" href={fileOf(id, "proof")} download={`${id}.tlog-proof`}>Proof</a>
      <a class="button button-main" href={fileOf(id)} download={`${id}.pdf`}><Icon name="download" /> PDF</a>
    </>
  );
}

function Head({ document: { period, generated_at: at, checkpoint, sections, tenant }, place }: { readonly document: ReportDocument; readonly place: Place }) {
  const jump = (id: string): void => document.getElementById(id)?.scrollIntoView({ block: "start" });
  return (
    <>
      <Facts>
        <Fact name="Tenant">{visible(tenant)}</Fact>
        <Fact name="Period">{visible(period.name)}, hours of {visible(period.zone)}</Fact>
        <Fact name="Made"><Time at={at} zone={place.state.zone} /></Fact>
        <Fact name="Signed log">{checkpoint === null ? "nothing was signed yet" : <>{checkpoint.size} entries, root <code>{checkpoint.root}</code></>}</Fact>
      </Facts>
      <nav class="report-contents" aria-label="Contents">
        {sections.map((section) => <button key={section.id} type="button" class="query-link" onClick={() => jump(section.id)}>{section.id} {visible(section.title)}</button>)}
      </nav>
    </>
  );
}
