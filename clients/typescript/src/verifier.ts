import { fieldsOf, LEEWAY_SECONDS } from "./claims.js";
import { opened } from "./compact.js";
import {
  AuthError,
  ConfigurationError,
  RevocationsUnavailable,
  TokenExpired,
  TokenInvalid,
  TokenRevoked,
} from "./errors.js";
import { Follower } from "./follower.js";
import { parseStrict } from "./json.js";
import { ALGORITHMS, type Algorithm, type Key, signedBy } from "./jwk.js";
import { Keys } from "./keys.js";
import { Principal, type PrincipalFields } from "./principal.js";
import { type Subjects, subjectsOf } from "./revocations.js";
import { fingerprint } from "./sha256.js";
import { ask, type Fetch } from "./transport.js";

export type RevocationPolicy = "off" | "eventual" | "strict";

export interface VerifierOptions {
  /** The address of the authentication server, exactly as in `iss`. */
  issuer: string;
  /** The API that this service is, exactly as in `aud`. */
  audience: string;
  /** What may have signed. Default: ES256, RS256, EdDSA. */
  algorithms?: readonly Algorithm[] | undefined;
  /**
   * `eventual` (default) goes on with what is known while the feed cannot be read; `strict` refuses with 503, or asks
   * the server, once the feed is older than `maxFeedAge`; `off` does not look.
   */
  revocation?: RevocationPolicy | undefined;
  /** For `strict`, in seconds. Default 10. */
  maxFeedAge?: number | undefined;
  /** For `strict`: ask the server for each token while the feed is too old. */
  introspect?: boolean | undefined;
  /** A key set (RFC 7517) to use instead of the issuer's. */
  jwks?: unknown;
  /** Instead of `globalThis.fetch`. */
  fetch?: Fetch | undefined;
  /** For a whole answer of the server, in seconds. Default 5. */
  timeout?: number | undefined;
  /**
   * Whether a timer follows the revocations (default). Without it, as on edge runtimes, a token that comes when the
   * feed was last asked over a second ago waits for the next answer.
   */
  background?: boolean | undefined;
  /** How many revocations are held at most; with more, nothing is let through. Default 2,000,000. */
  maxRevocations?: number | undefined;
  /** How many verified tokens are remembered. Default 10,000. */
  cacheSize?: number | undefined;
}

/** What a verifier knows. Ages are seconds. */
export interface VerifierStatus {
  readonly keysAge: number | undefined;
  /** Since the start of the last request that was answered; nothing before the first one, or with `off`. */
  readonly feedAge: number | undefined;
  readonly revocations: number;
  readonly cached: number;
}

interface Verified {
  readonly key: Key;
  readonly fields: PrincipalFields;
  readonly subjects: Subjects;
}

/**
 * Verifies access tokens of one issuer for one audience, without asking for each of them.
 *
 *     const verifier = new Verifier({ issuer: "https://id.example.com", audience: "https://api.example.com/orders" });
 *     const me = await verifier.verify(token);
 *
 * RFC 9068 section 4 and RFC 8725; revocations are seen within two seconds.
 */
export class Verifier {
  readonly issuer: string;
  readonly audience: string;
  readonly #options: VerifierOptions;
  readonly #keys: Keys;
  readonly #feed: Follower | undefined;
  /** By digest, not by token: whoever reads this memory cannot sign in with it. */
  readonly #cache = new Map<string, Verified>();

  /** Throws `ConfigurationError`. Asks nothing of anybody yet. */
  constructor(options: VerifierOptions) {
    validate(options);
    const { issuer, audience, fetch, jwks, timeout = 5, algorithms = ALGORITHMS } = options;
    this.issuer = issuer;
    this.audience = audience;
    this.#options = options;
    this.#keys = new Keys({ issuer, algorithms, timeout, fetch, jwks });
    const { revocation, background = true, maxRevocations = 2_000_000 } = options;
    this.#feed =
      revocation === "off" ? undefined : new Follower({ issuer, timeout, background, maxRevocations, fetch });
  }

  /**
   * Return whom the token speaks for.
   *
   * Throws `TokenInvalid`, `TokenExpired`, `TokenRevoked`, `KeysUnavailable` or `RevocationsUnavailable`, and nothing
   * else.
   */
  async verify(token: string): Promise<Principal> {
    try {
      const name = typeof token === "string" ? fingerprint(token) : "";
      const found = this.#remembered(name) ?? (await this.#opened(token, name));
      if (found.fields.expiresAt <= Date.now() / 1000 - LEEWAY_SECONDS) throw new TokenExpired();
      if (this.#feed) await this.#unrevoked(this.#feed, found, token);
      return new Principal(found.fields);
    } catch (error) {
      if (error instanceof AuthError) throw error;
      throw new TokenInvalid("The token cannot be read.", { cause: error });
    }
  }

  /** Read the keys and the revocations now, so that the first request does not wait. Throws `KeysUnavailable`. */
  async warm(): Promise<void> {
    await Promise.all([this.#keys.warm(), this.#feed?.poll()]);
  }

  /** Stop following the revocations. */
  close(): void {
    this.#feed?.close();
    this.#cache.clear();
  }

  /** Tell how old the keys and the revocations in hand are. */
  status(): VerifierStatus {
    const age = this.#feed?.age;
    return {
      keysAge: this.#keys.age,
      feedAge: age !== undefined && Number.isFinite(age) ? age : undefined,
      revocations: this.#feed?.size ?? 0,
      cached: this.#cache.size,
    };
  }

  /** A token that was verified before, if its key is still the issuer's. */
  #remembered(name: string): Verified | undefined {
    const found = this.#cache.get(name);
    return found && this.#keys.holds(found.key) ? found : undefined;
  }

  async #opened(token: string, name: string): Promise<Verified> {
    const { header, payload, signed, signature } = opened(token);
    const { kid, alg } = header;
    if (header.typ !== "at+jwt") throw new TokenInvalid("Expected typ at+jwt, got another.");
    if ("crit" in header || "b64" in header) throw new TokenInvalid("The token asks for an extension.");
    const { algorithms = ALGORITHMS } = this.#options;
    if (!algorithms.includes(alg as Algorithm)) {
      throw new TokenInvalid(`Expected alg ${algorithms.join(" or ")}, got another.`);
    }
    if (typeof kid !== "string" || kid === "" || kid.length > 256)
      throw new TokenInvalid("The token has no kid.");
    const polling = this.#feed?.ready(); // asked beside the keys, waited for once the token is known to be genuine
    const key = await this.#keys.find(kid);
    if (!key) throw new TokenInvalid("The token's key is none of the issuer's.");
    if (key.algorithm !== alg)
      throw new TokenInvalid(`Expected alg ${key.algorithm} of this key, got another.`);
    const checking = signedBy(key, signature, signed); // by another thread: the claims are read meanwhile
    const read = attempted(() => {
      const fields = fieldsOf(payload, this, Date.now() / 1000);
      return { key, fields, subjects: this.#feed ? subjectsOf(payload, kid) : [] };
    });
    if (!(await checking)) throw new TokenInvalid("The token's signature is wrong.");
    const verified = read(); // what is wrong with the claims is told of genuine tokens only
    this.#remember(name, verified);
    if (polling) await polling;
    return verified;
  }

  #remember(name: string, verified: Verified): void {
    const { cacheSize = 10_000 } = this.#options;
    if (cacheSize <= 0) return;
    const over = Date.now() / 1000 - LEEWAY_SECONDS;
    for (const [first, held] of this.#cache) {
      if (this.#cache.size < cacheSize && held.fields.expiresAt > over) break;
      this.#cache.delete(first); // the oldest goes first
    }
    this.#cache.set(name, verified);
  }

  async #unrevoked(feed: Follower, found: Verified, token: string): Promise<void> {
    const { revocation, maxFeedAge = 10, introspect } = this.#options;
    const waiting = feed.ready();
    if (waiting) await waiting;
    const old = revocation === "strict" && feed.age > maxFeedAge;
    if (feed.refuses(found.subjects, found.fields.issuedAt)) throw new TokenRevoked();
    if (!old) return;
    if (!introspect) {
      throw new RevocationsUnavailable(`The revocation feed was not read for ${maxFeedAge} seconds.`);
    }
    if (!(await this.#active(token))) throw new TokenRevoked();
  }

  async #active(token: string): Promise<boolean> {
    const { timeout = 5, fetch } = this.#options;
    const url = `${this.issuer}/api/v1/tokens/verify`;
    try {
      const reply = await ask({ url, timeout, fetch, json: { token, audience: this.audience } });
      const said =
        reply.status === 200 ? (parseStrict(reply.body) as { active?: unknown } | null)?.active : undefined;
      if (typeof said === "boolean") return said;
    } catch {
      // told below, without what was sent
    }
    throw new RevocationsUnavailable("Neither the revocation feed nor the server answers.");
  }
}

/** Do it now; return what gives the outcome, or throws it, later. */
function attempted<T>(work: () => T): () => T {
  try {
    const value = work();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function validate({ issuer, audience, algorithms, revocation }: VerifierOptions): void {
  if (!issuer || !URL.canParse(issuer) || !/^https?:\/\//.test(issuer) || /[?#]|\/$/.test(issuer)) {
    throw new ConfigurationError("issuer must be an http(s) address without a slash at its end.");
  }
  if (typeof audience !== "string" || audience === "") {
    throw new ConfigurationError("audience must be a text, exactly as in the tokens' aud.");
  }
  if (algorithms && (algorithms.length === 0 || !algorithms.every((name) => ALGORITHMS.includes(name)))) {
    throw new ConfigurationError(`algorithms must be some of ${ALGORITHMS.join(", ")}.`);
  }
  if (revocation !== undefined && !["off", "eventual", "strict"].includes(revocation)) {
    throw new ConfigurationError('revocation must be "off", "eventual" or "strict".');
  }
}
