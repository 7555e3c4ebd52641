// Which stream is asked, or all of them.
import type { StreamSummary } from "../api/types";
import { short } from "../text/number";

interface Props {
  readonly stream: string;
  readonly streams: readonly StreamSummary[];
  readonly onStream: (stream: string) => void;
}

export function StreamChoice({ stream, streams, onStream }: Props) {
  const isStrange = stream !== "" && !streams.some((item) => item.name === stream);
  return (
    <select class="stream-choice" value={stream} aria-label="Stream" onChange={(event) => onStream(event.currentTarget.value)}>
      <option value="">all streams</option>
      {streams.map((item) => <option key={item.name} value={item.name}>{item.name} ({short(item.records)})</option>)}
      {isStrange && <option value={stream}>{stream}</option>}
    </select>
  );
}
