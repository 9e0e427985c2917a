import type { Claims } from "./jwt.js";

/** Who is signed in, as the ID token tells (OpenID Connect Core section 5.1). `authTime` is in Unix seconds. */
export interface User {
  readonly sub: string;
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly emailVerified: boolean;
  readonly roles: readonly string[];
  readonly acr: string | undefined;
  readonly authTime: number | undefined;
  readonly sid: string | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
}

export const DEFAULT_SCOPES = ["openid", "profile", "email", "roles"];

/** Return the person whom verified claims are about. */
export function userOf(claims: Claims): User {
  const { sub, name, email, roles, acr, auth_time: authTime, sid } = claims;
  return {
    sub,
    name: text(name),
    email: text(email),
    emailVerified: claims.email_verified === true,
    roles: Array.isArray(roles) ? roles.filter((role) => typeof role === "string") : [],
    acr: text(acr),
    authTime: typeof authTime === "number" ? authTime : undefined,
    sid: text(sid),
    claims,
  };
}

/**
 * Return what a sign-in asks for.
 *
 * Without `scopes` it is who the person is, and the token for UserInfo; the API's own token is the next one, by a
 * refresh with `resource`, which carries every scope that a first-party application may have there.
 */
export function target(issuer: string, audience: string | undefined, scopes: readonly string[] | undefined) {
  const scope = [...new Set([...DEFAULT_SCOPES, ...(scopes ?? [])])].join(" ");
  return { scope, resource: scopes ? audience : audience && `${issuer}/oauth/userinfo` };
}

/** Return `wanted` if it leads into this origin, else "/": never to another's page. */
export function safeReturn(wanted: string | null | undefined, origin: string): string {
  try {
    const url = new URL(wanted || "/", origin);
    if (url.origin !== origin || url.username || url.password) return "/";
    return `/${`${url.pathname}${url.search}${url.hash}`.replace(/^[/\\]+/, "")}`;
  } catch {
    return "/";
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
