// A part of a view: its title, its answer, or why there is none.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { Asked } from "../../state/use-answer";

export type Mood = "good" | "bad" | "open";

interface Props<Answer> {
  readonly title: string;
  readonly asked: Asked<Answer>;
  readonly tools?: ComponentChildren;
  readonly children: (answer: Answer) => ComponentChildren;
}

export function Panel<Answer>({ title, asked, tools, children }: Props<Answer>) {
  const id = useId();
  const { answer, error } = asked;
  return (
    <section class="panel" aria-labelledby={id} aria-busy={answer === undefined && error === undefined}>
      <div class="panel-head">
        <h2 id={id}>{title}</h2>
        <span class="spring" />
        {tools}
      </div>
      {error !== undefined && <p class="form-error" role="alert">{error.status === 404 ? "This server does not run the part that knows." : `${error.body.message} ${error.body.hint}`}</p>}
      {answer !== undefined && children(answer)}
      {answer === undefined && error === undefined && <p class="quiet">{"Asking\u2026"}</p>}
    </section>
  );
}

const MARKS = { good: "\u2713", bad: "!", open: "\u2013" } as const;

/** The sentence that matters, before any table. */
export function Headline({ mood, children }: { readonly mood: Mood; readonly children: ComponentChildren }) {
  return <p class={`headline is-${mood}`} role="status"><span class="headline-mark" aria-hidden="true">{MARKS[mood]}</span>{children}</p>;
}

export function Facts({ children }: { readonly children: ComponentChildren }) {
  return <dl class="facts">{children}</dl>;
}

export function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
