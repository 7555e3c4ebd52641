// The questions whose answer a number is; each can be asked again.
import type { ReportDocument } from "../../api/reports";
import type { Place } from "../../shell/place";

interface Props {
  readonly ids: readonly string[];
  readonly document: ReportDocument;
  readonly place: Place;
}

export function Questions({ ids, document, place }: Props) {
  const asked = document.queries.filter((query) => ids.includes(query.id));
  return (
    <>
      {asked.map((query) => (
        place.may("search")
          ? (
            <button
              key={query.id} type="button" class="question" title={query.text} aria-label={`Ask ${query.id} again: ${query.text}`}
              onClick={() => place.explore({ query: query.text, stream: query.stream ?? "", from: query.from, to: query.to })}
            >
              {query.id}
            </button>
          )
          : <span key={query.id} class="question" title={query.text}>{query.id}</span>
      ))}
    </>
  );
}
