import { expect, test } from "vitest";
import type { Report, Storages, Verification } from "../../api/evidence";
import { ago } from "../../time/format";
import { archiveText, checkedText, expiresSoon, phaseWords, placeText, rootText, verdictOf } from "./words";

const REPORT: Report = {
  verdict: "ok", at: "2026-09-21T12:00:00Z", depth: "decoded", checkpoint: null, checkpoints: 1, anchored: 0, entries: 3, publishings: 1, unsigned: 0,
  splits: 2, bytes: 2_000_000, records: 1_500, findings: [], findings_left_off: 0,
};
const of = (part: Partial<Report>): Verification => ({ running: false, runs: 1, took_ms: 5, checkpoint_stored_at: null, report: { ...REPORT, ...part } });
const NOTHING = { splits: 0, bytes: 0, oldest: null };
const STORAGES: Storages = {
  configured: { warm: false, cold: true, anchor: false }, hot: NOTHING, warm: NOTHING, cold: NOTHING, locks: { splits: 0, first_ends: null, last_ends: null },
  unarchived: 0, oldest_unarchived_seconds: 0, held: 0, removals_waiting: 0, disposals: 0, failures: 0, cold_unreachable: false, last_problem: null,
};

test("only a verification without findings says that all is well", () => {
  expect(verdictOf(of({}))).toEqual({ mood: "good", sentence: "Everything that was checked is as it was signed" });
  const finding = { kind: "tampered", object: "splits/a.data", problem: "its hash is another one" } as const;
  expect(verdictOf(of({ verdict: "tampered", findings: [finding], findings_left_off: 2 }))).toEqual({ mood: "bad", sentence: "3 findings: something is not what was signed" });
  expect(verdictOf(of({ verdict: "incomplete", findings: [{ ...finding, kind: "incomplete" }] })).sentence).toMatch(/^1 finding: something is missing/);
  expect(verdictOf({ ...of({}), report: null }).mood).toBe("open");
});

test("a look at names alone does not claim to have read bytes", () => {
  expect(checkedText({ ...REPORT, depth: "listed" })).toContain("not their bytes");
  expect(checkedText(REPORT)).toContain("1\u202f500 records in 2 splits, 2.0 MB, rebuilt");
});

test("the place of a finding is named to its last byte and record", () => {
  const finding = { kind: "tampered", object: "o", problem: "p" } as const;
  expect(placeText(finding)).toBe("the whole object");
  const rows = { block: 2, stream: "audit", rows: { start: 3, end: 8 } };
  expect(placeText({ ...finding, bytes: { start: 10, end: 11 }, rows })).toBe("bytes 10; records 3\u20137 of block 2, stream audit");
});

test("evidence that is not archived is not called safe", () => {
  expect(archiveText(STORAGES).mood).toBe("good");
  expect(archiveText({ ...STORAGES, unarchived: 1, oldest_unarchived_seconds: 7_200 }).sentence).toBe("1 split has no verified copy in the cold storage yet, the oldest for 2 h");
  expect(archiveText({ ...STORAGES, unarchived: 2, cold_unreachable: true })).toEqual({ mood: "bad", sentence: "The cold storage does not answer; 2 splits wait in the data directory" });
  expect(archiveText({ ...STORAGES, configured: { ...STORAGES.configured, cold: false } }).mood).toBe("open");
});

test("times before and after now are told apart", () => {
  const now = Date.parse("2026-09-21T12:00:00Z");
  expect(ago("2026-09-21T09:00:00Z", now)).toBe("3 h ago");
  expect(ago("2026-09-23T12:00:00Z", now)).toBe("in 2 d");
  expect(ago("2033-09-21T12:00:00Z", now)).toBe("in 7 years");
  expect(expiresSoon("2026-09-22T12:00:00Z", now)).toBe(true);
  expect(expiresSoon("2026-09-24T12:00:00Z", now)).toBe(false);
});

test("phases and providers are words", () => {
  expect(phaseWords("in_progress")).toEqual({ label: "in progress", readyUntil: undefined });
  expect(phaseWords({ ready: { until: "2026-09-24T12:00:00Z" } })).toEqual({ label: "ready", readyUntil: "2026-09-24T12:00:00Z" });
  expect(rootText("kms:alias/palisade")).toBe("AWS KMS (alias/palisade)");
  expect(rootText("other")).toBe("other");
});
