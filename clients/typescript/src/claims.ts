import { TokenExpired, TokenInvalid } from "./errors.js";
import type { PrincipalFields } from "./principal.js";

/** How far the clocks of the issuer and of this machine may be apart. */
export const LEEWAY_SECONDS = 30;

export const TIMES = ["exp", "iat", "nbf", "auth_time"] as const;

/** The last second of the year 9999. */
const LATEST = 253_402_300_799;

/**
 * Return what a genuine payload says of whom it speaks for (RFC 9068 section 2.2).
 *
 * Throws `TokenExpired` or `TokenInvalid`. `now` is Unix seconds.
 */
export function fieldsOf(
  claims: Record<string, unknown>,
  wanted: { issuer: string; audience: string },
  now: number,
): PrincipalFields {
  if (claims.iss !== wanted.issuer) throw new TokenInvalid(`Expected iss ${wanted.issuer}, got another.`);
  if (claims.aud !== wanted.audience) throw new TokenInvalid(`Expected aud ${wanted.audience}, got another.`);
  const issuedAt = seconds(claims, "iat");
  const expiresAt = seconds(claims, "exp");
  const notBefore = claims.nbf === undefined ? 0 : seconds(claims, "nbf");
  const fields = {
    sub: text(claims, "sub"),
    clientId: text(claims, "client_id"),
    jti: text(claims, "jti"),
    issuedAt,
    expiresAt,
    tenant: claims.tenant === undefined ? undefined : text(claims, "tenant"),
    sid: claims.sid === undefined ? undefined : text(claims, "sid"),
    acr: claims.acr === undefined ? undefined : text(claims, "acr"),
    authTime: claims.auth_time === undefined ? undefined : seconds(claims, "auth_time"),
    scopes: scopesOf(claims.scope),
    roles: texts(claims, "roles"),
    permissions: texts(claims, "permissions"),
    amr: texts(claims, "amr"),
    claims: frozen(claims),
  };
  if (issuedAt > now + LEEWAY_SECONDS || notBefore > now + LEEWAY_SECONDS) {
    throw new TokenInvalid("The token is of the future: its iat or nbf is more than 30 seconds ahead.");
  }
  if (expiresAt <= now - LEEWAY_SECONDS) throw new TokenExpired();
  return fields;
}

function text(claims: Record<string, unknown>, name: string): string {
  const value = claims[name];
  if (typeof value !== "string" || value === "") {
    throw new TokenInvalid(`Expected ${name} to be a text, got ${kindOf(value)}.`);
  }
  return value;
}

function seconds(claims: Record<string, unknown>, name: string): number {
  const value = claims[name];
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > LATEST) {
    throw new TokenInvalid(`Expected ${name} to be whole seconds, got ${kindOf(value)}.`);
  }
  return value as number;
}

function texts(claims: Record<string, unknown>, name: string): readonly string[] {
  const value = claims[name];
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
    throw new TokenInvalid(`Expected ${name} to be an array of texts, got ${kindOf(value)}.`);
  }
  return value;
}

function scopesOf(value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (typeof value !== "string") throw new TokenInvalid(`Expected scope to be a text, got ${kindOf(value)}.`);
  return value.split(" ").filter(Boolean);
}

function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}

/** One cached token answers many requests: none of them may write into another's. */
function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) frozen(inner);
    Object.freeze(value);
  }
  return value;
}
