// Writes a value so that the query language reads exactly that value back.

const BARE = /^[\p{L}\p{N}_][\p{L}\p{N}_.@/-]*$/u;
const WORDS = new Set(["and", "or", "not"]);

export function quote(value: string | number | boolean): string {
  const text = String(value);
  if (BARE.test(text) && !WORDS.has(text.toLowerCase())) return text;
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

export const clause = (field: string, value: string | number | boolean): string => `${fieldName(field)}:${quote(value)}`;

function fieldName(field: string): string {
  return /^[\p{L}\p{N}_@.][\p{L}\p{N}_@./-]*$/u.test(field) ? field : `"${field.replace(/["\\]/g, "\\$&")}"`;
}
