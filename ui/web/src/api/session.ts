// Signing in and out, and choosing a password.
import { ask, get } from "./client";

/** A name and a password at a tenant, the first when none is named, or a token of the data folder. */
export type Credential = { readonly name: string; readonly password: string; readonly tenant?: string } | { readonly token: string };

/** How people sign in at a tenant. */
export interface Ways {
  readonly oidc: { readonly label: string; readonly path: string } | null;
  readonly several_tenants: boolean;
}

export function waysOf(tenant: string): Promise<Ways> {
  return get<Ways>("/api/v1/session/ways", tenant === "" ? {} : { tenant });
}

export interface Who {
  readonly name: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  readonly must_change_password: boolean;
}

const JSON_HEADERS = { "Content-Type": "application/json" } as const;

export async function signIn(credential: Credential): Promise<Who> {
  await ask("/api/v1/session", { method: "POST", headers: JSON_HEADERS, body: JSON.stringify(credential) });
  return get<Who>("/api/v1/session", {});
}

export async function changePassword(current: string, next: string): Promise<void> {
  await ask("/api/v1/session/password", { method: "POST", headers: JSON_HEADERS, body: JSON.stringify({ current, new: next }) });
}

export async function signOut(): Promise<void> {
  await ask("/api/v1/session", { method: "DELETE" });
}
