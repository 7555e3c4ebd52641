// Looks what a search would read before it runs; one that is dear waits until a person says yes.
import { useState } from "preact/hooks";
import { estimate, type Question } from "../api/client";
import type { Estimate } from "../api/types";
import { isAbort, useAnswer } from "./use-answer";

// Up to here nobody wants to be asked: it is over before the question is read, and costs less than reading it.
const FREE_SECONDS = 3;
const FREE_DOLLARS = 0.01;
const FREE_BYTES = 100e6;
const FREE_REQUESTS = 1_000;

/** Whether somebody should see it before it runs. */
export const isDear = (of: Estimate): boolean =>
  of.splits.archived > 0 || of.seconds > FREE_SECONDS || of.dollars > FREE_DOLLARS || of.bytes > FREE_BYTES || of.requests > FREE_REQUESTS;

export interface Guard {
  /** Whether the search may run. */
  readonly go: boolean;
  readonly checking: boolean;
  /** Set when the search reads much from far away. */
  readonly dear: Estimate | undefined;
  readonly approve: () => void;
}

export function useEstimate(key: string | undefined, question: Question & { stream?: string }): Guard {
  const [approved, setApproved] = useState<string>();
  const asked = useAnswer(key, async (signal) => {
    try {
      return { key, estimate: await estimate(question, signal) };
    } catch (cause) {
      if (isAbort(cause)) throw cause;
      // The search itself says better what is wrong.
      return { key, estimate: undefined };
    }
  });
  const current = key !== undefined && asked.answer?.key === key ? asked.answer : undefined;
  const dear = current?.estimate !== undefined && isDear(current.estimate) ? current.estimate : undefined;
  const go = current !== undefined && (dear === undefined || approved === key);
  return { go, checking: key !== undefined && current === undefined, dear, approve: () => setApproved(key) };
}
