// The keys of what is protected; never a key itself.
import { keys } from "../../api/evidence";
import { useAnswer } from "../../state/use-answer";
import { plural } from "../../text/number";
import { visible } from "../../text/visible";
import type { Zone } from "../../time/parse";
import { Fact, Facts, Panel } from "../parts/panel";
import { Time } from "../parts/time";
import { rootText } from "./words";

export function Keys({ zone }: { readonly zone: Zone }) {
  const asked = useAnswer("keys", keys);
  return (
    <Panel title="Keys" asked={asked}>
      {(status) => (
        <>
          <Facts>
            <Fact name="Root key">{visible(rootText(status.root))}</Fact>
            <Fact name="Tenant key">version {status.versions.at(-1) ?? "\u2013"} of {visible(status.tenant)}, made <Time at={status.rotated_at} zone={zone} /></Fact>
            <Fact name="Epoch">{status.newest_epoch === null ? "none: nothing was protected yet" : `${status.newest_epoch}; ${plural(status.epochs, "epoch has a key", "epochs have keys")}`}</Fact>
            <Fact name="People">{plural(status.subjects, "subject")} with a key, {plural(status.erasures, "subject")} erased</Fact>
          </Facts>
          {status.behind > 0 && <p class="banner" role="alert">A rotation was interrupted: {plural(status.behind, "key waits", "keys wait")} to be wrapped again. <code>palisade keys rotate</code> goes on with it.</p>}
        </>
      )}
    </Panel>
  );
}
