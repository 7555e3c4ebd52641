// Reads a query roughly, for editing and highlighting; the server alone decides what it means.

export type TokenKind = "word" | "quoted" | "regex" | "colon" | "open" | "close" | "pipe" | "compare" | "space";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
}

const RULES: readonly (readonly [TokenKind, RegExp])[] = [
  ["space", /\s+/y],
  ["quoted", /"(?:\\.|[^"\\])*"?/y],
  ["pipe", /\|(?!\|)/y],
  ["open", /[([]/y],
  ["close", /[)\]]/y],
  ["compare", /[<>]=?|=|!=/y],
  ["colon", /:/y],
  ["word", /(?:\\.|[^\s"|()[\]<>=:])+/y],
];

export function scan(query: string): readonly Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < query.length) {
    const token = next(query, position, tokens);
    tokens.push(token);
    position += token.text.length;
  }
  return tokens;
}

function next(query: string, start: number, before: readonly Token[]): Token {
  // A slash begins a regular expression only where a value begins; elsewhere it is part of a path.
  if (before.at(-1)?.kind === "colon" || before.length === 0) {
    const regex = /\/(?:\\.|[^/\\])+\/i?(?=\s|\)|$)/y;
    regex.lastIndex = start;
    const found = regex.exec(query);
    if (found !== null) return { kind: "regex", text: found[0], start };
  }
  for (const [kind, pattern] of RULES) {
    pattern.lastIndex = start;
    const found = pattern.exec(query);
    if (found !== null) return { kind, text: found[0], start };
  }
  return { kind: "word", text: query.charAt(start), start };
}

/** The filter, and the pipes with everything after them. */
export function splitPipes(query: string): readonly [string, string] {
  const pipe = scan(query).find((token) => token.kind === "pipe");
  return pipe === undefined ? [query.trim(), ""] : [query.slice(0, pipe.start).trim(), query.slice(pipe.start).trim()];
}

/** Whether the filter has an `or` outside of brackets. */
export function hasTopLevelOr(filter: string): boolean {
  let depth = 0;
  for (const token of scan(filter)) {
    if (token.kind === "open") depth += 1;
    if (token.kind === "close") depth -= 1;
    if (depth === 0 && token.kind === "word" && /^(or)$/i.test(token.text)) return true;
  }
  return filter.includes("||");
}

export function unquote(text: string): string {
  return text.startsWith('"') ? text.slice(1, text.length > 1 && text.endsWith('"') ? -1 : undefined).replace(/\\(.)/g, "$1") : text;
}
