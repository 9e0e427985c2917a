import { TokenInvalid, TokenMissing } from "./errors.js";

/**
 * Return the token of an `Authorization` header (RFC 6750 section 2.1).
 *
 * Throws `TokenMissing` where there is none, or one of another scheme; `TokenInvalid` for anything else that is no
 * Bearer token.
 */
export function tokenOf(header: string | readonly string[] | null | undefined): string {
  const values = typeof header === "string" ? [header] : (header ?? []);
  const [value] = values;
  if (value === undefined) throw new TokenMissing();
  if (values.length > 1) throw new TokenInvalid("Expected one Authorization header, got several.");
  const [scheme = "", rest] = /^([^ ]*)(?: +(.*))?$/s.exec(value)?.slice(1) ?? [];
  if (scheme.toLowerCase() !== "bearer") throw new TokenMissing("Expected the scheme Bearer, got another.");
  if (!rest || !/^[A-Za-z0-9._~+/-]+=*$/.test(rest)) throw new TokenInvalid("Expected one Bearer token.");
  return rest;
}
