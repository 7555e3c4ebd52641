// The same question for a program: as an address, a request, a command.

export interface Asked {
  readonly query: string;
  readonly from: string;
  readonly to: string;
  readonly stream: string;
}

export const FORMATS = ["csv", "ndjson", "parquet", "raw"] as const;

export type Format = (typeof FORMATS)[number];

const given = ({ query, from, to, stream }: Asked): Record<string, string> => ({ query, from, to, ...(stream === "" ? {} : { stream }) });

/** Where the answer is as a file. */
export const exportAddress = (asked: Asked, format: Format): string => `/api/v1/export?${new URLSearchParams({ ...given(asked), format }).toString()}`;

/** For a shell: nothing in it is anything but text. */
const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

export function command(asked: Asked): string {
  const words = ["palisade", "search", asked.query === "" ? "*" : asked.query, "--from", asked.from, "--to", asked.to, ...(asked.stream === "" ? [] : ["--stream", asked.stream])];
  return words.map(quoted).join(" ");
}

export function request(asked: Asked, origin: string): string {
  return [
    `curl ${quoted(`${origin}/api/v1/search`)}`,
    "-H \"Authorization: Bearer $PALISADE_TOKEN\"",
    "-H 'Content-Type: application/json'",
    `-d ${quoted(JSON.stringify(given(asked)))}`,
  ].join(" \\\n  ");
}
