import { reaches } from "../requirement.js";
import { base64url, fromBase64url, utf8 } from "./encoding.js";
import { SignInFailed } from "./errors.js";

export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string };

/** A public key of the issuer (RFC 7517). */
export interface Jwk extends JsonWebKey {
  kid?: string;
}

const LEEWAY_SECONDS = 30;
// The algorithms that the server signs ID tokens with. The token's header picks one of these, never another.
const ALGORITHMS: Record<string, { kty: string; name: string; crv?: string; hash?: string }> = {
  RS256: { kty: "RSA", name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  ES256: { kty: "EC", name: "ECDSA", crv: "P-256", hash: "SHA-256" },
  EdDSA: { kty: "OKP", name: "Ed25519", crv: "Ed25519" },
};

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
  keys: (kid: string) => Promise<Jwk | undefined>,
): Promise<Claims> {
  const [head, body, signature, ...more] = token.split(".");
  if (!head || !body || !signature || more.length > 0) throw invalid("is no signed token");
  const header = decoded(head);
  if (expected.typ && header.typ !== expected.typ) throw invalid(`is not of type ${expected.typ}`);
  if (header.crit !== undefined) throw invalid("has critical headers");
  const wanted = Object.hasOwn(ALGORITHMS, String(header.alg)) ? ALGORITHMS[String(header.alg)] : undefined;
  if (!wanted) throw invalid("is signed by an algorithm that is not allowed");
  const jwk = await keys(String(header.kid));
  if (
    !jwk ||
    jwk.kty !== wanted.kty ||
    (wanted.crv && jwk.crv !== wanted.crv) ||
    (jwk.use ?? "sig") !== "sig"
  )
    throw invalid("is signed by an unknown key");
  const { kty, crv, n, e, x, y } = jwk;
  const material = Object.fromEntries(Object.entries({ kty, crv, n, e, x, y }).filter(([, value]) => value));
  const algorithm = { ...wanted, namedCurve: wanted.crv as string } as EcKeyImportParams;
  let good = false;
  try {
    const key = await crypto.subtle.importKey("jwk", material, algorithm, false, ["verify"]);
    good = await crypto.subtle.verify(algorithm, key, fromBase64url(signature), utf8(`${head}.${body}`));
  } catch (cause) {
    throw invalid("cannot be verified", cause);
  }
  if (!good) throw invalid("has a wrong signature");
  const claims = believed(decoded(body), expected);
  if (expected.accessToken !== undefined) await belongs(claims, expected.accessToken, String(header.alg));
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
  if (typeof exp !== "number" || exp + LEEWAY_SECONDS <= now) throw invalid("has expired");
  if (typeof iat !== "number" || iat - LEEWAY_SECONDS > now) throw invalid("is of the future");
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
  const [head, body, signature, ...more] = accessToken.split(".");
  if (!head || !body || !signature || more.length > 0) return;
  if (objectOf(head) && objectOf(body)?.sub !== sub) throw invalid("and the access token name two people");
}

function decoded(part: string): Record<string, unknown> {
  const found = objectOf(part);
  if (!found) throw invalid("is malformed");
  return found;
}

function objectOf(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(fromBase64url(part)));
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // no JSON object
  }
  return undefined;
}

function invalid(why: string, cause?: unknown): SignInFailed {
  return new SignInFailed(`The issuer's statement ${why}.`, { cause });
}
