// Users and tokens: who may do what.
import { ask, get, post } from "./client";

export const ROLES = ["viewer", "investigator", "privacy-officer", "auditor", "admin", "key-custodian", "agent"] as const;

export interface User {
  readonly name: string;
  readonly roles: readonly string[];
  readonly streams: readonly string[] | null;
  readonly is_disabled: boolean;
  readonly must_change_password: boolean;
  readonly issuer: string | null;
  readonly last_sign_in_at: string | null;
}

export interface Token {
  readonly id: string;
  readonly label: string;
  readonly owner: string;
  readonly roles: readonly string[];
  readonly streams: readonly string[] | null;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
}

export interface UserChange {
  readonly roles?: readonly string[];
  readonly streams?: readonly string[];
  readonly is_disabled?: boolean;
  readonly new_password?: boolean;
}

const JSON_PATH = "/api/v1/users";
const path = (name: string): string => `${JSON_PATH}/${encodeURIComponent(name)}`;

export const users = (signal?: AbortSignal) => get<{ users: readonly User[] }>(JSON_PATH, {}, signal);

export const addUser = (wanted: { name: string; roles: readonly string[]; streams: readonly string[] }) => post<{ name: string; first_password: string }>(JSON_PATH, wanted);

export const changeUser = (name: string, change: UserChange) => post<{ first_password: string | null }>(path(name), change);

export const removeUser = (name: string) => ask(path(name), { method: "DELETE" });

export const tokens = (signal?: AbortSignal) => get<{ tokens: readonly Token[] }>("/api/v1/tokens", {}, signal);

export const makeToken = (wanted: { label: string; roles: readonly string[]; streams: readonly string[]; days: number }) => post<Token & { token: string }>("/api/v1/tokens", wanted);

export const revokeToken = (id: string) => ask(`/api/v1/tokens/${encodeURIComponent(id)}`, { method: "DELETE" });
