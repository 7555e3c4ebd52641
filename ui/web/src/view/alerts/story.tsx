// What became of an alert, in the order in which it happened.
import type { Alert } from "../../api/alerts";
import { deliveries } from "../../api/channels";
import { useAnswer } from "../../state/use-answer";
import { visible } from "../../text/visible";
import { minute } from "../../time/format";
import { millisOf, type Zone } from "../../time/parse";

interface Step {
  readonly at: string;
  readonly what: string;
}

// What a channel was given lies under one of these.
const STATES = ["delivered", "waiting", "dead"] as const;

export function Story({ alert, zone }: { readonly alert: Alert; readonly zone: Zone }) {
  const told = useAnswer(alert.id, async (signal) => {
    const pages = await Promise.all(STATES.map((state) => deliveries(state, signal)));
    return pages.flatMap((page) => page.deliveries).filter((delivery) => delivery.alert === alert.id);
  });
  const steps: Step[] = [
    { at: alert.began_at, what: "It began, as the records tell" },
    { at: alert.told_at, what: "The rule told of it" },
    ...(told.answer ?? []).map((delivery) => ({ at: delivery.settled_at ?? delivery.enqueued_at, what: tellingOf(delivery) })),
    ...(alert.acknowledged === null ? [] : [{ at: alert.acknowledged.at, what: `${alert.acknowledged.by} has seen it${alert.acknowledged.note === "" ? "" : `: ${alert.acknowledged.note}`}` }]),
    ...(alert.ended_at === null ? [] : [{ at: alert.ended_at, what: "It was over, as the records tell" }]),
  ];
  steps.sort((one, other) => millisOf(one.at) - millisOf(other.at));
  return (
    <section class="panel" aria-labelledby="story">
      <div class="panel-head"><h2 id="story">What became of it</h2></div>
      <ol class="story">
        {steps.map((step) => (
          <li key={`${step.at} ${step.what}`}><time dateTime={step.at}>{minute(millisOf(step.at), zone)}</time> {visible(step.what)}</li>
        ))}
      </ol>
    </section>
  );
}

function tellingOf(delivery: { channel: string; occasion: string; state: string; reason: string | null }): string {
  const what = { trigger: "The beginning", update: "More", resolve: "The end" }[delivery.occasion] ?? delivery.occasion;
  if (delivery.state === "delivered") return `${what} was told through ${delivery.channel}`;
  if (delivery.state === "waiting") return `${what} waits for ${delivery.channel}`;
  return `${what} could not be told through ${delivery.channel}: ${delivery.reason ?? "no reason is known"}`;
}
