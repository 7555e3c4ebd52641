// Removes terminal colours and cursor moves, which mean nothing in a page.

// CSI sequences, OSC sequences with their terminator, and two-character escapes.
const SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

export function stripAnsi(text: string): string {
  return text.includes("\u001b") ? text.replace(SEQUENCE, "") : text;
}
