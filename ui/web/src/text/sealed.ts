// Finds sealed values in text. They stand there as tokens, equal for equal values, and say nothing else.

export type SealedPart = { readonly text: string } | { readonly token: string };

// `sealed:TOKEN` as a value, `<sealed:TOKEN>` inside of text, `<sealed:TOKEN:BODY>` in exact bytes.
const SEALED = /<sealed:([0-9a-f]{32})(?::[^<>\s"]*)?>|\bsealed:([0-9a-f]{32})\b/g;
const WHOLE = /^sealed:([0-9a-f]{32})$/;
// Enough to tell values of one page apart.
const SHORT_DIGITS = 8;

export const hasSealed = (text: string): boolean => text.includes("sealed:") && text.search(SEALED) >= 0;

/** The token of a value that is sealed as a whole. */
export const tokenOf = (value: unknown): string | undefined => (typeof value === "string" ? WHOLE.exec(value)?.[1] : undefined);

export const shortToken = (token: string): string => token.slice(0, SHORT_DIGITS);

export function sealedParts(text: string): readonly SealedPart[] {
  if (!text.includes("sealed:")) return [{ text }];
  const parts: SealedPart[] = [];
  let end = 0;
  for (const found of text.matchAll(SEALED)) {
    if (found.index > end) parts.push({ text: text.slice(end, found.index) });
    parts.push({ token: found[1] ?? found[2] ?? "" });
    end = found.index + found[0].length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

/** The same as plain text, for titles and labels. */
export const maskedText = (text: string): string =>
  sealedParts(text).map((part) => ("token" in part ? `protected ${shortToken(part.token)}` : part.text)).join("");
