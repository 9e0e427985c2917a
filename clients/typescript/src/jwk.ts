import { unbase64url } from "./compact.js";

export type Algorithm = "ES256" | "RS256" | "EdDSA";
export const ALGORITHMS: readonly Algorithm[] = ["ES256", "RS256", "EdDSA"];

/** A public key that may verify. `text` tells whether it is still the same one. */
export interface Key {
  readonly kid: string;
  readonly algorithm: Algorithm;
  readonly text: string;
  readonly signatureBytes: number;
  readonly crypto: CryptoKey;
}

type Jwk = Record<string, unknown>;
const KINDS: Readonly<Record<string, Algorithm>> = { EC: "ES256", RSA: "RS256", OKP: "EdDSA" };
const PARAMETERS = {
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  EdDSA: { name: "Ed25519" },
};
const PRIVATE = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/** Whether the signature is the key's own (RFC 7515 section 5.2). */
export async function signedBy(
  key: Key,
  signature: Uint8Array<ArrayBuffer>,
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  if (signature.length !== key.signatureBytes) return false;
  return crypto.subtle.verify(PARAMETERS[key.algorithm], key.crypto, signature, signed);
}

/**
 * Return the keys of a key set that may verify (RFC 7517), by `kid`.
 *
 * One that does not fit (kind, size, use, algorithm, private members, a `kid` that stands twice, a curve that this
 * runtime does not have) is passed over; the others work.
 */
export async function suitable(set: unknown, allowed: readonly Algorithm[]): Promise<Map<string, Key>> {
  const listed: unknown = (set as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(listed)) return new Map();
  const jwks = listed.slice(0, 100).filter((jwk): jwk is Jwk => typeof jwk === "object" && jwk !== null);
  const kids = jwks.map((jwk) => jwk.kid);
  const single = jwks.filter((jwk) => kids.indexOf(jwk.kid) === kids.lastIndexOf(jwk.kid));
  const keys = await Promise.all(single.map((jwk) => imported(jwk, allowed)));
  return new Map(keys.filter((key) => key !== undefined).map((key) => [key.kid, key]));
}

async function imported(jwk: Jwk, allowed: readonly Algorithm[]): Promise<Key | undefined> {
  const algorithm = typeof jwk.kty === "string" ? KINDS[jwk.kty] : undefined;
  if (!algorithm || !allowed.includes(algorithm) || !fits(jwk, algorithm)) return undefined;
  const bare = publicPart(jwk, algorithm);
  if (!bare) return undefined;
  try {
    const key = await crypto.subtle.importKey("jwk", bare.jwk, PARAMETERS[algorithm], false, ["verify"]);
    const text = JSON.stringify(bare.jwk);
    return { kid: jwk.kid as string, algorithm, text, signatureBytes: bare.signatureBytes, crypto: key };
  } catch {
    return undefined; // a point off the curve, or an algorithm that this runtime lacks
  }
}

function fits(jwk: Jwk, algorithm: Algorithm): boolean {
  const named = jwk.alg === undefined || jwk.alg === algorithm;
  const used = jwk.use === undefined || jwk.use === "sig";
  const ops = jwk.key_ops === undefined || (Array.isArray(jwk.key_ops) && jwk.key_ops.includes("verify"));
  const known = typeof jwk.kid === "string" && jwk.kid !== "" && jwk.kid.length <= 256;
  return named && used && ops && known && !PRIVATE.some((member) => member in jwk);
}

function odd(number: Uint8Array): boolean {
  return ((number.at(-1) ?? 0) & 1) === 1;
}

function publicPart(jwk: Jwk, algorithm: Algorithm): { jwk: JsonWebKey; signatureBytes: number } | undefined {
  const bytes = (member: string) => (typeof jwk[member] === "string" ? unbase64url(jwk[member]) : undefined);
  const text = (member: string) => jwk[member] as string;
  if (algorithm === "RS256") {
    const [n, e] = [bytes("n"), bytes("e")];
    if (!n?.[0] || !e?.[0] || n.length > 1024 || n.length * 8 - Math.clz32(n[0]) + 24 < 2048)
      return undefined;
    const exponent = e.reduce((sum, byte) => sum * 256 + byte, 0);
    if (!odd(n) || !odd(e) || exponent < 65_537 || exponent >= 2 ** 32) return undefined;
    return { jwk: { kty: "RSA", n: text("n"), e: text("e") }, signatureBytes: n.length };
  }
  if (bytes("x")?.length !== 32) return undefined;
  if (algorithm === "EdDSA") {
    return jwk.crv === "Ed25519"
      ? { jwk: { kty: "OKP", crv: "Ed25519", x: text("x") }, signatureBytes: 64 }
      : undefined;
  }
  if (jwk.crv !== "P-256" || bytes("y")?.length !== 32) return undefined;
  return { jwk: { kty: "EC", crv: "P-256", x: text("x"), y: text("y") }, signatureBytes: 64 };
}
