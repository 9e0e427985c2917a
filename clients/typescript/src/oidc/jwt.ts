import { TIMES } from "../claims.js";
import { unbase64url } from "../compact.js";
import { parseStrict } from "../json.js";
import { type Key, signedBy } from "../jwk.js";
import { reaches } from "../requirement.js";
import { base64url, utf8 } from "./encoding.js";
import { SignInFailed } from "./errors.js";

export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string };

const LEEWAY_SECONDS = 30;
/** Of header, payload and signature, in characters. */
const MOST = [2048, 16_384, 1024] as const;

/** What a statement of the issuer about a person must say. */
export interface Expected {
  issuer: string;
  clientId: string;
  nonce?: string | undefined;
  /** Whom a refreshed ID token must be of (OpenID Connect Core section 12.2). */
  sub?: string | undefined;
  typ?: string | undefined;
  /** The access token that came with it (OpenID Connect Core section 3.1.3.8). */
  accessToken?: string | undefined;
  /** The levels that were asked for, separated by spaces: one of them has to be reached. */
  acrValues?: string | undefined;
  /** How long ago the sign-in may be at most, in seconds, where that was asked for. */
  maxAge?: number | undefined;
}

/**
 * Return the claims of a genuine ID token or logout token (OpenID Connect Core section 3.1.3.7).
 *
 * `keys` gives the issuer's keys of a `kid`. Throws `SignInFailed`.
 */
export async function verifyStatement(
  token: string,
  expected: Expected,
  keys: (kid: string) => Promise<Key | undefined>,
): Promise<Claims> {
  const [head, body, signature] = partsOf(token) ?? [];
  if (!head || !body || !signature) throw invalid("is no signed token");
  const header = decoded(head);
  const { typ = "JWT", alg, kid } = header;
  const wanted = expected.typ ?? "JWT";
  if (typeof typ !== "string" || typ.toLowerCase() !== wanted.toLowerCase())
    throw invalid(`is not of type ${wanted}`);
  if ("crit" in header || "b64" in header) throw invalid("has critical headers");
  const key = typeof kid === "string" ? await keys(kid) : undefined;
  if (!key || key.algorithm !== alg) throw invalid("is not signed by a key and algorithm of the issuer");
  const bytes = unbase64url(signature);
  if (!bytes || !(await signedBy(key, bytes, utf8(`${head}.${body}`))))
    throw invalid("has a wrong signature");
  const claims = believed(decoded(body), expected);
  if (expected.accessToken !== undefined) await belongs(claims, expected.accessToken, key.algorithm);
  return claims;
}

function believed(claims: Record<string, unknown>, expected: Expected): Claims {
  const now = Date.now() / 1000;
  const { iss, aud, azp, sub, exp, iat, nonce } = claims;
  if (iss !== expected.issuer) throw invalid(`expected issuer ${expected.issuer}, got another`);
  const audiences = Array.isArray(aud) ? aud : [aud];
  if (audiences.length !== 1 || audiences[0] !== expected.clientId) throw invalid("is for another client");
  if (azp !== undefined && azp !== expected.clientId) throw invalid("is for another client");
  if (typeof sub !== "string" || !sub) throw invalid("names nobody");
  if (!Number.isSafeInteger(exp) || (exp as number) + LEEWAY_SECONDS <= now) throw invalid("has expired");
  if (!Number.isSafeInteger(iat) || (iat as number) - LEEWAY_SECONDS > now) throw invalid("is of the future");
  if (expected.nonce !== undefined && nonce !== expected.nonce) throw invalid("answers another request");
  if (expected.sub !== undefined && sub !== expected.sub) throw invalid("is about another person");
  answered(claims, expected);
  return { ...claims, sub };
}

/** A page in between can take `acr_values` and `max_age` out of the address: the answer has to meet them. */
function answered({ acr, auth_time: since }: Record<string, unknown>, { acrValues, maxAge }: Expected): void {
  const levels = acrValues?.split(" ").filter(Boolean) ?? [];
  const got = typeof acr === "string" ? acr : undefined;
  if (levels.length > 0 && !levels.some((level) => reaches(got, level)))
    throw invalid(`expected acr ${levels.join(" or ")}, got another`);
  if (maxAge === undefined) return;
  if (typeof since !== "number" || Date.now() / 1000 - since > maxAge + LEEWAY_SECONDS)
    throw invalid(`expected a sign-in of the last ${maxAge} seconds`);
}

async function belongs(claims: Claims, accessToken: string, alg: string): Promise<void> {
  isAbout(accessToken, claims.sub);
  if (claims.at_hash === undefined) return;
  const digest = await crypto.subtle.digest(alg === "EdDSA" ? "SHA-512" : "SHA-256", utf8(accessToken));
  if (claims.at_hash !== base64url(digest.slice(0, digest.byteLength / 2)))
    throw invalid("came with another access token");
}

/** Throws `SignInFailed` if an access token speaks for somebody else than `sub`; one that is no JWT tells nobody. */
export function isAbout(accessToken: string, sub: string): void {
  const parts = partsOf(accessToken);
  if (!parts?.every((part, at) => at === 2 || isJson(part))) return;
  if (decoded(parts[1]).sub !== sub) throw invalid("and the access token name two people");
}

function partsOf(token: string): [string, string, string] | undefined {
  const parts = token.split(".", 4);
  const fits = parts.length === 3 && parts.every((part, at) => part && part.length <= (MOST[at] ?? 0));
  return fits ? (parts as [string, string, string]) : undefined;
}

const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Return what a part says, once: of two equal members other readers believe the other (RFC 8725 section 3.12). */
function decoded(part: string): Record<string, unknown> {
  try {
    const value = parseStrict(text.decode(unbase64url(part)), TIMES);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // no JSON, or ambiguous
  }
  throw invalid("is malformed");
}

function isJson(part: string): boolean {
  try {
    return typeof JSON.parse(text.decode(unbase64url(part))) === "object";
  } catch {
    return false;
  }
}

function invalid(why: string, cause?: unknown): SignInFailed {
  return new SignInFailed(`The issuer's statement ${why}.`, { cause });
}
