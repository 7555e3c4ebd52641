// The query bar: one language, completion of fields and values, recent queries, the error where it is.
import { useEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "../api/client";
import { completionAt } from "../query/complete";
import { sliceAtBytes } from "../query/position";
import { quote } from "../query/quote";
import { recentQueries } from "../state/kept";
import { Icon } from "./icon";
import { useSuggestions, type Suggestion } from "./suggestions";
import type { Question } from "../api/client";

interface Props {
  readonly query: string;
  readonly question: Question;
  readonly fieldNames: readonly string[];
  readonly error: ApiError | undefined;
  readonly onRun: (query: string) => void;
}

export function QueryBar({ query, question, fieldNames, error, onRun }: Props) {
  const [text, setText] = useState(query);
  const [cursor, setCursor] = useState(0);
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setText(query), [query]);
  const completion = text === "" ? undefined : completionAt(text, cursor);
  const suggestions = useSuggestions(open ? completion : undefined, question, fieldNames);
  const recent: readonly Suggestion[] = open && text === "" ? recentQueries().slice(0, 8).map((kept) => ({ text: kept, note: "recent" })) : [];
  const items = recent.length > 0 ? recent : suggestions;

  const take = (item: Suggestion): void => {
    if (recent.length > 0 || completion === undefined) {
      setOpen(false);
      onRun(item.text);
      return;
    }
    const inserted = completion.field === undefined ? `${item.text}:` : `${quote(item.text)} `;
    const next = text.slice(0, completion.start) + inserted + text.slice(completion.end);
    const place = completion.start + inserted.length;
    setText(next);
    setCursor(place);
    setChosen(-1);
    requestAnimationFrame(() => input.current?.setSelectionRange(place, place));
  };
  const run = (): void => {
    setOpen(false);
    onRun(text.trim());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const item = items[chosen];
    if (event.key === "Enter") {
      event.preventDefault();
      if (open && item !== undefined) take(item);
      else run();
    } else if (event.key === "Tab" && open && item !== undefined) {
      event.preventDefault();
      take(item);
    } else if (event.key === "Escape") {
      if (!open) input.current?.blur();
      setOpen(false);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && items.length > 0) {
      event.preventDefault();
      setOpen(true);
      setChosen((chosen + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length);
    }
  };
  const follow = (): void => setCursor(input.current?.selectionStart ?? 0);
  return (
    <form class={`query-bar ${error?.body.position === undefined ? "" : "has-error"}`} role="search" onSubmit={(event) => { event.preventDefault(); run(); }}>
      <Icon name="search" />
      <div class="query-field">
        <Underline text={text} query={query} error={error} />
        <input
          ref={input} id="query" value={text} placeholder="Search records:  level:error service:payments &quot;timed out&quot;"
          aria-label="Query" role="combobox" aria-expanded={open && items.length > 0} aria-controls="suggestions" aria-autocomplete="list"
          aria-activedescendant={chosen >= 0 ? `suggestion-${chosen}` : undefined} aria-invalid={error?.body.position !== undefined}
          autocomplete="off" autocapitalize="off" spellcheck={false}
          onInput={(event) => { setText(event.currentTarget.value); follow(); setOpen(true); setChosen(-1); }}
          onKeyUp={follow} onClick={() => { follow(); setOpen(true); }} onBlur={() => setOpen(false)} onKeyDown={onKeyDown}
        />
      </div>
      {text !== "" && (
        <button type="button" class="icon-button" aria-label="Clear the query" title="Clear the query" onClick={() => onRun("")}>
          <Icon name="close" />
        </button>
      )}
      <kbd class="hint-key">/</kbd>
      {open && items.length > 0 && (
        <ul class="suggestions" id="suggestions" role="listbox" aria-label="Suggestions">
          {items.map((item, index) => (
            <li
              key={item.text} id={`suggestion-${index}`} role="option" aria-selected={index === chosen}
              onPointerDown={(event) => { event.preventDefault(); take(item); }}
            >
              <span>{item.text}</span>
              <small>{item.note}</small>
            </li>
          ))}
        </ul>
      )}
    </form>
  );
}

/** Lies under the text field with the same letters, so that the wavy line is below the wrong part. */
function Underline({ text, query, error }: { readonly text: string; readonly query: string; readonly error: ApiError | undefined }) {
  const position = error?.body.position;
  if (position === undefined || text !== query) return null;
  const [before, at] = sliceAtBytes(text, position.offset, position.length);
  return (
    <div class="query-underline" aria-hidden="true">
      {before}
      <mark>{at === "" ? "\u00a0\u00a0" : at}</mark>
    </div>
  );
}
