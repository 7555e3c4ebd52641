// Cuts a stream of server-sent events into events; bytes may arrive split anywhere.

export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

export class EventCutter {
  #rest = "";

  /** The events that are complete after this piece of text; comments are dropped. */
  push(text: string): ServerEvent[] {
    const blocks = (this.#rest + text.replaceAll("\r", "")).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.map(parseBlock).filter((event) => event.data !== "");
  }
}

function parseBlock(block: string): ServerEvent {
  let event = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) event = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
  return { event, data: data.join("\n") };
}
