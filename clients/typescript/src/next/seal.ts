import { CompactEncrypt, compactDecrypt } from "jose";
import { ConfigurationError } from "../errors.js";
import { base64url, utf8 } from "../oidc/encoding.js";

const LEAST_SECRET = 32;

/** Encrypts what a cookie carries: JWE `dir` with A256GCM, one derived key for each purpose. */
export class Seal {
  readonly #keys: Promise<Uint8Array[]>;

  /** The first secret encrypts, all of them decrypt: put a new one before the old one to rotate. */
  constructor(secret: string | readonly string[], purpose: string) {
    const secrets = typeof secret === "string" ? [secret] : secret;
    if (secrets.length === 0 || secrets.some((one) => typeof one !== "string" || one.length < LEAST_SECRET))
      throw new ConfigurationError(`secret needs ${LEAST_SECRET} random characters or more.`);
    this.#keys = Promise.all(secrets.map((one) => derived(one, purpose)));
    this.#keys.catch(() => {});
  }

  /** Return `value` so that only we can read or change it, for `seconds`. */
  async close(value: object, seconds: number): Promise<string> {
    const [key] = await this.#keys;
    const until = Math.floor(Date.now() / 1000) + seconds;
    return await new CompactEncrypt(utf8(JSON.stringify({ value, until })))
      .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
      .encrypt(key as Uint8Array);
  }

  /** Return what was closed; undefined for anything that we did not close, and after its time. */
  async open<T>(sealed: string): Promise<T | undefined> {
    for (const key of await this.#keys) {
      try {
        const { plaintext } = await compactDecrypt(sealed, key, {
          keyManagementAlgorithms: ["dir"],
          contentEncryptionAlgorithms: ["A256GCM"],
        });
        const { value, until } = JSON.parse(new TextDecoder().decode(plaintext));
        return until > Date.now() / 1000 ? (value as T) : undefined;
      } catch {
        // another secret's, or nobody's
      }
    }
    return undefined;
  }
}

/** Return a name for `value` that does not tell it. */
export async function digest(value: string): Promise<string> {
  return base64url(await crypto.subtle.digest("SHA-256", utf8(value))).slice(0, 16);
}

async function derived(secret: string, purpose: string): Promise<Uint8Array> {
  const base = await crypto.subtle.importKey("raw", utf8(secret), "HKDF", false, ["deriveBits"]);
  const info = utf8(`ntt-auth next ${purpose}`);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  return new Uint8Array(await crypto.subtle.deriveBits(how, base, 256));
}
