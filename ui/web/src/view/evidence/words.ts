// What the numbers about the evidence mean, in sentences.
import type { Finding, Phase, Report, Storages, Verification } from "../../api/evidence";
import { bytes, grouped, plural } from "../../text/number";
import { span } from "../../time/format";
import { millisOf } from "../../time/parse";
import type { Mood } from "../parts/panel";

export interface Verdict {
  readonly mood: Mood;
  readonly sentence: string;
}

const findingCount = (report: Report): number => report.findings.length + report.findings_left_off;

export function verdictOf({ report }: Verification): Verdict {
  if (report === null) return { mood: "open", sentence: "Nothing was verified yet" };
  const count = findingCount(report);
  if (count === 0 && report.verdict === "ok") return { mood: "good", sentence: "Everything that was checked is as it was signed" };
  const what = report.verdict === "tampered" ? "something is not what was signed" : "something is missing or cannot be read";
  return { mood: "bad", sentence: `${plural(count, "finding")}: ${what}` };
}

/** How closely it was looked. */
export function checkedText(report: Report): string {
  const splits = plural(report.splits, "split");
  if (report.depth === "listed") return `that ${splits} and the log's objects are there, and what the log says of them; not their bytes`;
  if (report.depth === "hashed") return `the bytes of ${splits}, ${bytes(report.bytes)}, against their signed hashes`;
  return `${plural(report.records, "record")} in ${splits}, ${bytes(report.bytes)}, rebuilt one by one and compared with the signed roots`;
}

/** The last of a half-open range is the one before its end. */
const rangeText = ({ start, end }: { readonly start: number; readonly end: number }): string =>
  end - start <= 1 ? grouped(start) : `${grouped(start)}\u2013${grouped(end - 1)}`;

export function placeText(finding: Finding): string {
  const parts: string[] = [];
  if (finding.bytes !== undefined) parts.push(`bytes ${rangeText(finding.bytes)}`);
  if (finding.rows !== undefined) parts.push(`records ${rangeText(finding.rows.rows)} of block ${grouped(finding.rows.block)}, stream ${finding.rows.stream}`);
  return parts.length === 0 ? "the whole object" : parts.join("; ");
}

export function archiveText(storages: Storages): Verdict {
  const { configured, unarchived, oldest_unarchived_seconds: waiting } = storages;
  if (!configured.cold) return { mood: "open", sentence: "There is no cold storage: the records lie in the data directory alone, and nothing locks them" };
  if (storages.cold_unreachable) return { mood: "bad", sentence: `The cold storage does not answer; ${plural(unarchived, "split waits", "splits wait")} in the data directory` };
  if (unarchived === 0) return { mood: "good", sentence: "Every split has a verified copy in the cold storage" };
  return { mood: "open", sentence: `${plural(unarchived, "split has", "splits have")} no verified copy in the cold storage yet, the oldest for ${span(waiting * 1_000)}` };
}

export interface PhaseWords {
  readonly label: string;
  readonly readyUntil: string | undefined;
}

const PHASES = { estimated: "estimated, not confirmed", requested: "requested", in_progress: "in progress", expired: "expired", failed: "failed" } as const;

export const phaseWords = (phase: Phase): PhaseWords =>
  typeof phase === "string" ? { label: PHASES[phase], readyUntil: undefined } : { label: "ready", readyUntil: phase.ready.until };

// Whoever needs the copies longer has to ask for them again in time.
const EXPIRES_SOON_MS = 2 * 864e5;

export const expiresSoon = (until: string, now: number): boolean => millisOf(until) - now < EXPIRES_SOON_MS;

/** A root key's provider in words; what stands behind the colon names the key and is no secret. */
export function rootText(root: string): string {
  const colon = root.indexOf(":");
  const [kind, name] = [root.slice(0, Math.max(0, colon)), root.slice(colon + 1)];
  const words = { file: "a file of this server", kms: "AWS KMS", vault: "HashiCorp Vault" }[kind];
  return words === undefined ? root : `${words} (${name})`;
}
