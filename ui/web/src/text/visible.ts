// Makes characters visible that would hide or reorder text: a log line must not be able to lie about itself.

const PICTURES = 0x2400;
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

function picture(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(PICTURES + code);
  if (code === 0x7f) return "\u2421";
  return `\u27e8U+${code.toString(16).toUpperCase().padStart(4, "0")}\u27e9`;
}

/** Line breaks and tabs stay as they are. */
export function visible(text: string): string {
  return text.replace(HIDDEN, picture);
}

/** For places with room for one line only. */
export function oneLine(text: string): string {
  return visible(text.replace(/\r?\n/g, "\u23ce").replaceAll("\t", " "));
}
