// The many names of severities, brought to the few that have a colour. The gravest comes first.
import type { LogRecord } from "../api/types";

export const LEVELS = ["fatal", "error", "warn", "info", "debug", "other"] as const;

export type Level = (typeof LEVELS)[number];

const NAMES: Readonly<Record<string, Level>> = {
  fatal: "fatal", critical: "fatal", crit: "fatal", alert: "fatal", emergency: "fatal", emerg: "fatal", panic: "fatal",
  error: "error", err: "error", severe: "error", failure: "error",
  warn: "warn", warning: "warn",
  info: "info", information: "info", informational: "info", notice: "info",
  debug: "debug", trace: "debug", verbose: "debug", fine: "debug",
};

export const levelOf = (name: unknown): Level => (typeof name === "string" ? (NAMES[name.toLowerCase()] ?? "other") : "other");

export const levelOfRecord = (record: LogRecord): Level => levelOf(record.fields["level"]);

export const isGrave = (record: LogRecord): boolean => ["fatal", "error"].includes(levelOfRecord(record));
