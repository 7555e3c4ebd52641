// Signing in and out, and choosing a password.
import { SESSION_PATH, ask, get } from "./client";

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

export const whoAmI = (signal?: AbortSignal) => get<Who>(SESSION_PATH, {}, signal);

export async function signIn(credential: Credential): Promise<Who> {
  await ask(SESSION_PATH, { method: "POST", headers: JSON_HEADERS, body: JSON.stringify(credential) });
  return whoAmI();
}

export async function changePassword(current: string, next: string): Promise<void> {
  await ask("/api/v1/session/password", { method: "POST", headers: JSON_HEADERS, body: JSON.stringify({ current, new: next }) });
}

export async function signOut(): Promise<void> {
  await ask(SESSION_PATH, { method: "DELETE" });
}
