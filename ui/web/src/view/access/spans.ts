// How far back questions about access go. A ranking compares people, and takes a year at most.
export const RANKED_SPANS = [["now-1d", "the last day"], ["now-7d", "the last week"], ["now-30d", "the last 30 days"], ["now-365d", "the last year"]] as const;

export const SPANS = [...RANKED_SPANS, ["", "all time"]] as const;

export const FIRST_SPAN = RANKED_SPANS[2][0];
