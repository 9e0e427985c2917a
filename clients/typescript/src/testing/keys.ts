import type { Algorithm } from "../jwk.js";
import { base64url, utf8 } from "../oidc/encoding.js";

const MADE = {
  ES256: { name: "ECDSA", namedCurve: "P-256" },
  RS256: {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
  },
  EdDSA: { name: "Ed25519" },
} as const;
const SIGNED = { ES256: { name: "ECDSA", hash: "SHA-256" }, RS256: MADE.RS256, EdDSA: MADE.EdDSA } as const;
/** What a thumbprint is made of, in this order (RFC 7638 section 3.2). */
const MEMBERS = {
  ES256: ["crv", "kty", "x", "y"],
  RS256: ["e", "kty", "n"],
  EdDSA: ["crv", "kty", "x"],
} as const;

/** A signing key of the issuer, and what its key set says of it. */
export interface SigningKey {
  readonly kid: string;
  readonly algorithm: Algorithm;
  readonly jwk: Readonly<Record<string, unknown>>;
  readonly pair: CryptoKeyPair;
}

/** Return a new key; its name is its thumbprint, as the server names its own. */
export async function generated(algorithm: Algorithm): Promise<SigningKey> {
  const pair = (await crypto.subtle.generateKey(MADE[algorithm], true, ["sign", "verify"])) as CryptoKeyPair;
  const told = (await crypto.subtle.exportKey("jwk", pair.publicKey)) as Record<string, unknown>;
  const bare = Object.fromEntries(MEMBERS[algorithm].map((member) => [member, told[member]]));
  const kid = base64url(await crypto.subtle.digest("SHA-256", utf8(JSON.stringify(bare))));
  return { kid, algorithm, pair, jwk: { ...bare, kid, use: "sig", alg: algorithm } };
}

/** Return a compact JWS of the claims. */
export async function signed(key: SigningKey, typ: string, claims: object): Promise<string> {
  const part = (value: object) => base64url(utf8(JSON.stringify(value)));
  const text = `${part({ alg: key.algorithm, typ, kid: key.kid })}.${part(claims)}`;
  const signature = await crypto.subtle.sign(SIGNED[key.algorithm], key.pair.privateKey, utf8(text));
  return `${text}.${base64url(signature)}`;
}

/** Whether the key made this token. */
export async function made(key: SigningKey, token: string): Promise<boolean> {
  const end = token.lastIndexOf(".");
  const raw = atob(
    token
      .slice(end + 1)
      .replaceAll("-", "+")
      .replaceAll("_", "/"),
  );
  const signature = Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
  const { publicKey } = key.pair;
  return crypto.subtle.verify(SIGNED[key.algorithm], publicKey, signature, utf8(token.slice(0, end)));
}
