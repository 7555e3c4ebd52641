// The texts worth marking in a message: words and phrases the query asks for, not those it excludes.
import { scan, splitPipes, unquote, type Token } from "./scan";

const OPERATORS = /^(and|or|not|&&|\|\||!)$/i;

export function termsOf(query: string): readonly string[] {
  const tokens = scan(splitPipes(query)[0]).filter((token) => token.kind !== "space");
  const terms: string[] = [];
  tokens.forEach((token, index) => {
    if (token.kind !== "word" && token.kind !== "quoted") return;
    if (tokens[index + 1]?.kind === "colon" || tokens[index + 1]?.kind === "compare") return;
    if (token.kind === "word" && OPERATORS.test(token.text)) return;
    if (isNegated(tokens, index)) return;
    terms.push(...piecesOf(token));
  });
  return terms;
}

function isNegated(tokens: readonly Token[], index: number): boolean {
  const isValue = tokens[index - 1]?.kind === "colon" || tokens[index - 1]?.kind === "compare";
  const before = tokens[isValue ? index - 3 : index - 1];
  return before?.kind === "word" && /^(not|!|-)$/i.test(before.text);
}

function piecesOf(token: Token): readonly string[] {
  const text = unquote(token.text);
  return (token.kind === "quoted" ? [text] : text.split(/[*?]+/)).filter((piece) => piece.length > 1);
}
