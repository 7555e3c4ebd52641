// Follows new records. fetch and not EventSource, because only fetch shows why the server refuses.
import { ApiError, GUARD, refusal } from "./client";
import { EventCutter } from "./sse";
import type { LogRecord } from "./types";

export interface TailListener {
  readonly onOpen: () => void;
  readonly onRecord: (record: LogRecord) => void;
  readonly onDropped: (count: number) => void;
}

/** Resolves when the server ends the stream; throws ApiError when it refuses, and when `signal` aborts. */
export async function follow(query: string, listener: TailListener, signal: AbortSignal): Promise<void> {
  const headers = { ...GUARD, Accept: "text/event-stream" };
  const path = `/api/v1/tail?${new URLSearchParams({ query }).toString()}`;
  const response = await fetch(path, { headers, signal, credentials: "same-origin", cache: "no-store" });
  if (!response.ok) throw await refusal(response);
  if (response.body === null) throw new ApiError(0, { kind: "empty", message: "The tail has no body.", hint: "Reload the page." });
  listener.onOpen();
  const cutter = new EventCutter();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const piece = await reader.read();
    if (piece.done) return;
    for (const event of cutter.push(piece.value)) deliver(event.event, event.data, listener);
  }
}

function deliver(event: string, data: string, listener: TailListener): void {
  if (event === "record") listener.onRecord(JSON.parse(data) as LogRecord);
  if (event === "lag") listener.onDropped((JSON.parse(data) as { dropped: number }).dropped);
}
