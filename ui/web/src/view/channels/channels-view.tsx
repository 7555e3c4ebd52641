// Where alerts are told, whether that works, and what could not be told.
import { useState } from "preact/hooks";
import { channels, deliveries, replay, type Channel } from "../../api/channels";
import type { Place } from "../../shell/place";
import { useAnswer } from "../../state/use-answer";
import { useDeed } from "../../state/use-deed";
import { useEvery } from "../../state/use-every";
import { grouped, plural } from "../../text/number";
import { visible } from "../../text/visible";
import { Headline, Panel } from "../parts/panel";
import { Time } from "../parts/time";
import { Refusal } from "../refusal";

const REFRESH_MS = 10_000;

export function ChannelsView({ place }: { readonly place: Place }) {
  const refreshes = useEvery(REFRESH_MS);
  const [round, setRound] = useState(0);
  const asked = useAnswer(`${refreshes} ${round}`, channels);
  return (
    <div class="panels">
      <div class="view-head"><h1>Channels</h1></div>
      <Panel title="Where alerts are told" asked={asked}>
        {({ channels: all }) => (all.length === 0
          ? <p class="quiet">Nobody is told of alerts: they are listed here alone. Name channels under <code>[[detect.channels]]</code> in the configuration: PagerDuty, Slack, Alertmanager, webhooks, e-mail.</p>
          : <><Standing channels={all} /><ChannelTable channels={all} place={place} /></>)}
      </Panel>
      <DeadLetters place={place} round={`${refreshes} ${round}`} onReplayed={() => setRound(round + 1)} />
    </div>
  );
}

function Standing({ channels: all }: { readonly channels: readonly Channel[] }) {
  const out = all.filter((channel) => channel.outage_since !== null);
  if (out.length === 0) return <Headline mood="good">Every channel works</Headline>;
  return <Headline mood="bad">{plural(out.length, "channel does", "channels do")} not work: {out.map((channel) => visible(channel.name)).join(", ")}</Headline>;
}

function ChannelTable({ channels: all, place }: { readonly channels: readonly Channel[]; readonly place: Place }) {
  return (
    <table class="sheet">
      <thead><tr><th scope="col">Channel</th><th scope="col">Kind</th><th scope="col">Since when it does not work</th><th scope="col" class="is-number">Told</th><th scope="col" class="is-number">Waiting</th><th scope="col" class="is-number">Given up</th></tr></thead>
      <tbody>
        {all.map((channel) => (
          <tr key={channel.name}>
            <th scope="row">{visible(channel.name)}</th>
            <td data-label="Kind">{channel.kind}</td>
            <td data-label="Does not work since">{channel.outage_since === null ? "it works" : <Time at={channel.outage_since} zone={place.state.zone} />}{channel.last_failure !== null && <><br /><span class="quiet">{visible(channel.last_failure)}</span></>}</td>
            <td class="is-number" data-label="Told">{grouped(channel.delivered)}</td>
            <td class="is-number" data-label="Waiting">{grouped(channel.waiting)}</td>
            <td class="is-number" data-label="Given up">{grouped(channel.dead)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface DeadProps {
  readonly place: Place;
  readonly round: string;
  readonly onReplayed: () => void;
}

function DeadLetters({ place, round, onReplayed }: DeadProps) {
  const asked = useAnswer(round, (signal) => deliveries("dead", signal));
  const deed = useDeed(onReplayed);
  return (
    <Panel title="What could not be told" asked={asked}>
      {({ deliveries: all }) => (
        <>
          <Refusal error={deed.error} />
          {all.length === 0 ? <p class="quiet">Nothing. What a channel does not take for too long is kept here, and can be sent again.</p> : (
            <table class="sheet">
              <thead><tr><th scope="col">Channel</th><th scope="col">What</th><th scope="col">Why not</th><th scope="col">Given up</th><th scope="col"><span class="only-read">Send again</span></th></tr></thead>
              <tbody>
                {all.map((delivery) => (
                  <tr key={delivery.id}>
                    <td>{visible(delivery.channel)}</td>
                    <th scope="row"><button type="button" class="query-link" onClick={() => place.change({ view: "alerts", item: delivery.alert })}>{visible(delivery.summary)}</button></th>
                    <td data-label="Why not">{visible(delivery.reason ?? "")}, tried {plural(delivery.attempts, "time")}</td>
                    <td data-label="Given up"><Time at={delivery.settled_at} zone={place.state.zone} /></td>
                    <td class="sheet-tools">{place.may("handle-alerts") && <button type="button" class="button" disabled={deed.busy} onClick={() => deed.run(() => replay(delivery.id))}>Send again</button>}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </>
      )}
    </Panel>
  );
}
