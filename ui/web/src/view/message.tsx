// A record's message as text with the query's words marked.
import type { LogRecord } from "../api/types";
import { stripAnsi } from "../text/ansi";
import { highlighter } from "../text/highlight";
import { oneLine, visible } from "../text/visible";
import { WithSealed } from "./sealed";

// A line in the list never needs more; the open record shows all.
const LINE_CHARACTERS_MAX = 1_500;

export function messageOf(record: LogRecord): string {
  const message = record.fields["message"];
  return typeof message === "string" && message !== "" ? message : wholeOf(record);
}

// The exact text, or else the fields that are shown.
export function wholeOf(record: LogRecord): string {
  return record.raw ?? JSON.stringify(record.fields);
}

export function Marked({ text, terms, whole }: { readonly text: string; readonly terms: readonly string[]; readonly whole?: boolean }) {
  const mark = highlighter(terms);
  const draw = (part: string) => {
    const clean = whole === true ? visible(stripAnsi(part)) : oneLine(stripAnsi(part));
    return mark(clean).map((piece, index) => (piece.hit ? <mark key={index}>{piece.text}</mark> : piece.text));
  };
  return <WithSealed text={whole === true ? text : text.slice(0, LINE_CHARACTERS_MAX)} draw={draw} />;
}
