// Splits a text into parts that matched the query and parts that did not.

export interface Part {
  readonly text: string;
  readonly hit: boolean;
}

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Longer terms first, so that `time` does not cut `timeout` in two. */
export function highlighter(terms: readonly string[]): (text: string) => readonly Part[] {
  const usable = [...new Set(terms.filter((term) => term !== ""))].sort((left, right) => right.length - left.length);
  if (usable.length === 0) return (text) => [{ text, hit: false }];
  const pattern = new RegExp(`(${usable.map(escapeRegex).join("|")})`, "giu");
  return (text) =>
    text
      .split(pattern)
      .map((part, index) => ({ text: part, hit: index % 2 === 1 }))
      .filter((part) => part.text !== "");
}
