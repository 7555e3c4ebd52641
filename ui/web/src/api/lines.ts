// Cuts a stream of text into lines; it may arrive split anywhere.
export class LineCutter {
  #rest = "";

  /** The lines that are complete after this piece of text; empty ones are dropped. */
  push(text: string): readonly string[] {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines.filter((line) => line !== "");
  }

  /** The last line, which nothing ended. */
  rest(): readonly string[] {
    return this.push("\n");
  }
}
