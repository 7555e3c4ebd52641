// Where alerts are told, and what could not be.
import { get, post } from "./client";

export interface Channel {
  readonly name: string;
  readonly kind: string;
  readonly outage_since: string | null;
  readonly last_failure: string | null;
  readonly waiting: number;
  readonly dead: number;
  readonly delivered: number;
}

export interface Delivery {
  readonly id: number;
  readonly channel: string;
  readonly state: string;
  readonly alert: string;
  readonly occasion: string;
  readonly summary: string;
  readonly attempts: number;
  readonly reason: string | null;
  readonly enqueued_at: string;
  readonly settled_at: string | null;
}

export const channels = (signal?: AbortSignal) => get<{ channels: readonly Channel[] }>("/api/v1/channels", {}, signal);

export const deliveries = (state: string, signal?: AbortSignal) =>
  get<{ deliveries: readonly Delivery[]; before: number | null }>("/api/v1/deliveries", { state }, signal);

export const replay = (id: number) => post<{ replayed: string }>(`/api/v1/deliveries/${id}/replay`, {});
