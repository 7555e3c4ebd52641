// What was found, as a file, a link, a request or a command.
import { useState } from "preact/hooks";
import { FORMATS, command, exportAddress, request, type Asked, type Format } from "../query/elsewhere";
import { Icon } from "./icon";
import { Popover } from "./popover";

const LABELS: Readonly<Record<Format, string>> = { csv: "CSV", ndjson: "NDJSON", parquet: "Parquet", raw: "exact bytes" };

interface Props {
  readonly asked: Asked;
  readonly mayExport: boolean;
  readonly isTable: boolean;
}

export function TakeAway({ asked, mayExport, isTable }: Props) {
  return (
    <Popover label="Take away: files, link, request, command" button={<><Icon name="download" /> <span class="only-wide">Take away</span></>} buttonClass="button">
      {() => <Ways asked={asked} mayExport={mayExport} isTable={isTable} />}
    </Popover>
  );
}

function Ways({ asked, mayExport, isTable }: Props) {
  const [copied, setCopied] = useState("");
  const copy = (what: string, text: string): void => {
    navigator.clipboard.writeText(text).then(() => setCopied(`${what} copied`), () => setCopied("The browser does not allow copying"));
  };
  return (
    <div class="help">
      {mayExport && (
        <>
          <h2>Everything that was found, as a file</h2>
          <p class="ways">
            {FORMATS.filter((format) => !(isTable && format === "raw")).map((format) => (
              <a key={format} class="button" href={exportAddress(asked, format)} download={`palisade.${format === "raw" ? "log" : format}`}>{LABELS[format]}</a>
            ))}
          </p>
          <p class="quiet">Who took what out is written to the audit trail, with the SHA-256 of the file.</p>
        </>
      )}
      <h2>The question</h2>
      <p class="ways">
        <button type="button" class="button" onClick={() => copy("Link", location.href)}>Link</button>
        <button type="button" class="button" onClick={() => copy("Request", request(asked, location.origin))}>Request (curl)</button>
        <button type="button" class="button" onClick={() => copy("Command", command(asked))}>Command</button>
      </p>
      <pre class="verbatim">{command(asked)}</pre>
      <p class="quiet" role="status">{copied}</p>
    </div>
  );
}
