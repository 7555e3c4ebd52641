// Deeds that need two people: what somebody asked for, as they asked for it, and who may decide.
import { useState } from "preact/hooks";
import { approvals, decide, type Approval } from "../../api/approvals";
import type { Place } from "../../shell/place";
import { useAnswer } from "../../state/use-answer";
import { useEvery } from "../../state/use-every";
import { visible } from "../../text/visible";
import { Dialog, FormField } from "../dialog";
import { Panel } from "../parts/panel";
import { Time } from "../parts/time";
import { WithSealed } from "../sealed";

const REFRESH_MS = 10_000;

export function ApprovalsView({ place }: { readonly place: Place }) {
  const refreshes = useEvery(REFRESH_MS);
  const [round, setRound] = useState(0);
  const [deciding, setDeciding] = useState<{ readonly approval: Approval; readonly approves: boolean }>();
  const asked = useAnswer(`${refreshes} ${round}`, approvals);
  const { zone } = place.state;
  return (
    <div class="panels">
      <div class="view-head"><h1>Approvals</h1></div>
      <Panel title="What waits for a second person" asked={asked}>
        {({ approvals: all }) => (all.length === 0
          ? <p class="quiet">Nothing that you asked for or may decide. Which deeds need two people stands in the configuration, under <code>two_people</code>.</p>
          : (
            <table class="sheet">
              <thead><tr><th scope="col">Deed</th><th scope="col">As it was asked for</th><th scope="col">Asked</th><th scope="col">Ends</th><th scope="col"><span class="only-read">Decide</span></th></tr></thead>
              <tbody>
                {all.map((approval) => (
                  <tr key={approval.id}>
                    <th scope="row">{visible(approval.deed)}<br /><span class="quiet">by {visible(approval.asked_by)}</span></th>
                    <td data-label="As it was asked for"><code><WithSealed text={`${approval.path} ${JSON.stringify(approval.request)}`} draw={visible} /></code></td>
                    <td data-label="Asked"><Time at={approval.asked_at} zone={zone} /></td>
                    <td data-label="Ends"><Time at={approval.expires_at} zone={zone} /></td>
                    <td class="sheet-tools">
                      {approval.decides
                        ? (
                          <>
                            <button type="button" class="button" onClick={() => setDeciding({ approval, approves: false })}>{"Refuse\u2026"}</button>{" "}
                            <button type="button" class="button button-main" onClick={() => setDeciding({ approval, approves: true })}>{"Approve\u2026"}</button>
                          </>
                        )
                        : <span class="quiet">waits for somebody else</span>}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          ))}
      </Panel>
      {deciding !== undefined && <DecideDialog {...deciding} onDecided={() => setRound(round + 1)} onClose={() => setDeciding(undefined)} />}
    </div>
  );
}

interface DecideProps {
  readonly approval: Approval;
  readonly approves: boolean;
  readonly onDecided: () => void;
  readonly onClose: () => void;
}

function DecideDialog({ approval, approves, onDecided, onClose }: DecideProps) {
  const [note, setNote] = useState("");
  const submit = async (): Promise<void> => {
    await decide(approval.id, approves, note.trim());
    onDecided();
  };
  return (
    <Dialog title={`${approves ? "Approve" : "Refuse"} ${visible(approval.deed)}`} action={approves ? "Approve: it is done at once" : "Refuse"} isGrave={approves} onSubmit={submit} onClose={onClose}>
      <p class="quiet">{visible(approval.asked_by)} asked for it. Both names stand in the audit trail.</p>
      <FormField label="Note">
        {(id) => <textarea id={id} autofocus rows={2} maxLength={1_000} value={note} onInput={(event) => setNote(event.currentTarget.value)} />}
      </FormField>
    </Dialog>
  );
}
