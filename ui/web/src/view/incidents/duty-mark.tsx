// How a duty stands, in words: a colour alone tells nobody who is blind to it.
import { ago } from "../../time/format";

const WORDS: Readonly<Record<string, string>> = { open: "due", soon: "due soon", overdue: "overdue", done: "told in time", late: "told too late", "not-needed": "need not be told" };
const GRAVE = ["soon", "overdue", "late"];

export function DutyMark({ duty }: { readonly duty: { readonly due_at: string; readonly standing: string } }) {
  const isRunning = ["open", "soon", "overdue"].includes(duty.standing);
  return (
    <>
      <span class={GRAVE.includes(duty.standing) ? "warning" : undefined}>{WORDS[duty.standing] ?? duty.standing}</span>
      {isRunning && <span class="quiet"> {ago(duty.due_at, Date.now())}</span>}
    </>
  );
}
