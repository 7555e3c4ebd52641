// Asks the server; every refusal becomes an ApiError that says what, why and what to do.
import type {
  ContextAnswer, CorrelateAnswer, ErrorBody, Estimate, FieldsAnswer, HistogramAnswer, Progress, SearchAnswer, StreamSummary, ValuesAnswer,
} from "./types";
import { LineCutter } from "./lines";

export class ApiError extends Error {
  readonly status: number;
  readonly body: ErrorBody;

  constructor(status: number, body: ErrorBody) {
    super(body.message);
    this.status = status;
    this.body = body;
  }
}

/** What a person asked for; the same for the list, the histogram and the field list. */
export interface Question {
  readonly query: string;
  readonly from: string;
  readonly to: string;
}

// A page on another site can send cookies but not this header.
export const GUARD = { "X-Palisade": "1" } as const;

/** Where one signs in, and asks who one is. */
export const SESSION_PATH = "/api/v1/session";

const UNREACHABLE: ErrorBody = {
  kind: "unreachable",
  message: "The server does not answer.",
  hint: "Check that `palisade serve` is running and that this machine reaches it; then run the search again.",
};

const BROKEN_OFF: ErrorBody = { kind: "broken", message: "The answer broke off.", hint: "Run the search again." };

export function isErrorBody(value: unknown): value is { error: ErrorBody } {
  return typeof value === "object" && value !== null && "error" in value && typeof value.error === "object";
}

export async function refusal(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined);
  if (isErrorBody(body)) return new ApiError(response.status, body.error);
  const hint = "The program's own log says more.";
  return new ApiError(response.status, { kind: "http", message: `The server answered ${response.status}.`, hint });
}

function headersOf(init: RequestInit): Headers {
  const headers = new Headers(init.headers);
  for (const [name, value] of Object.entries(GUARD)) headers.set(name, value);
  return headers;
}

const signedOut = new EventTarget();

/** Calls whenever the server no longer knows who asks; gives what ends that. */
export function onSignedOut(call: () => void): () => void {
  signedOut.addEventListener("out", call);
  return () => signedOut.removeEventListener("out", call);
}

export async function ask(path: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    const abort = signal === undefined ? {} : { signal };
    response = await fetch(path, { credentials: "same-origin", ...init, ...abort, headers: headersOf(init) });
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new ApiError(0, UNREACHABLE);
  }
  if (response.ok) return response;
  if (response.status === 401 && path !== SESSION_PATH) signedOut.dispatchEvent(new Event("out"));
  throw await refusal(response);
}

const JSON_HEADERS = { "Content-Type": "application/json" } as const;

export async function post<Answer>(path: string, body: object, signal?: AbortSignal): Promise<Answer> {
  const response = await ask(path, { method: "POST", headers: JSON_HEADERS, body: JSON.stringify(body) }, signal);
  return (await response.json()) as Answer;
}

export async function get<Answer>(path: string, parameters: Record<string, string>, signal?: AbortSignal): Promise<Answer> {
  const asked = new URLSearchParams(parameters).toString();
  const response = await ask(asked === "" ? path : `${path}?${asked}`, {}, signal);
  return (await response.json()) as Answer;
}

export interface Page extends Question {
  readonly limit: number;
  readonly order: "newest" | "oldest";
  readonly stream?: string;
  readonly cursor?: string;
}

/** An answer that takes long tells on the way how far it has come. */
export async function search(page: Page, signal?: AbortSignal, onProgress: (progress: Progress) => void = () => undefined): Promise<SearchAnswer> {
  const body = JSON.stringify({ ...page, progress: true });
  const response = await ask("/api/v1/search", { method: "POST", headers: JSON_HEADERS, body }, signal);
  const isSlow = response.headers.get("Content-Type")?.startsWith("application/x-ndjson") === true;
  return isSlow ? answerOf(response, onProgress) : ((await response.json()) as SearchAnswer);
}

/** The last line of a slow answer; the ones before tell how far it has come. */
async function answerOf(response: Response, onProgress: (progress: Progress) => void): Promise<SearchAnswer> {
  if (response.body === null) throw new ApiError(0, BROKEN_OFF);
  const cutter = new LineCutter();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const piece = await reader.read();
    for (const line of piece.done ? cutter.rest() : cutter.push(piece.value)) {
      const told = JSON.parse(line) as SearchAnswer | { readonly progress: Progress } | { readonly error: ErrorBody };
      if ("progress" in told) onProgress(told.progress);
      else if (isErrorBody(told)) throw new ApiError(0, told.error);
      else return told as SearchAnswer;
    }
    if (piece.done) throw new ApiError(0, BROKEN_OFF);
  }
}

/** What a search would read; it reads nothing from far away itself. */
export const estimate = (question: Question & { stream?: string }, signal?: AbortSignal) => post<Estimate>("/api/v1/estimate", question, signal);

export const histogram = (question: Question & { by?: string; buckets?: number; stream?: string }, signal?: AbortSignal) =>
  post<HistogramAnswer>("/api/v1/histogram", question, signal);

export const fields = (question: Question & { stream?: string }, signal?: AbortSignal) =>
  post<FieldsAnswer>("/api/v1/fields", question, signal);

export const values = (question: Question & { field: string; limit: number; stream?: string }, signal?: AbortSignal) =>
  post<ValuesAnswer>("/api/v1/values", question, signal);

export const context = (id: string, around: number, signal?: AbortSignal) =>
  get<ContextAnswer>("/api/v1/context", { id, before: `${around}`, after: `${around}` }, signal);

export const correlate = (id: string, from: string, to: string, signal?: AbortSignal) =>
  get<CorrelateAnswer>("/api/v1/correlate", { id, from, to }, signal);

export const streams = (signal?: AbortSignal) => get<{ streams: readonly StreamSummary[] }>("/api/v1/streams", {}, signal);
