import { ConfigurationError, KeysUnavailable } from "./errors.js";
import { parseStrict } from "./json.js";
import { type Algorithm, type Key, suitable } from "./jwk.js";
import { ask, type Fetch, isLive } from "./transport.js";

export interface KeyOptions {
  readonly issuer: string;
  readonly algorithms: readonly Algorithm[];
  readonly timeout: number;
  readonly fetch?: Fetch | undefined;
  readonly jwks?: unknown;
  /** Where the key set is, for whoever has read the discovery already. */
  readonly address?: (() => Promise<string>) | undefined;
}

const FRESH_SECONDS = 600;
const LAST_GOOD_SECONDS = 86_400;
/** For statements: no feed tells of a key that was withdrawn. */
const LAST_GOOD_FRESH_SECONDS = 3600;
const UNKNOWN_SECONDS = 30;
const LONGEST_COOLDOWN_SECONDS = 30;

/** The issuer's public keys: discovery, then the key set, fetched once for however many ask. */
export class Keys {
  readonly #options: KeyOptions;
  #keys = new Map<string, Key>();
  #readAt = Number.NEGATIVE_INFINITY;
  #unknownAt = Number.NEGATIVE_INFINITY;
  #notBefore = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #fetching: Promise<void> | undefined;
  #static: Promise<void> | undefined;

  constructor(options: KeyOptions) {
    this.#options = options;
  }

  /** How many seconds ago the keys were read; nothing before the first time. */
  get age(): number | undefined {
    return this.#readAt === Number.NEGATIVE_INFINITY ? undefined : seconds() - this.#readAt;
  }

  /** Whether `key` is still one of the issuer's; starts a look at the issuer where it is time for one. */
  holds(key: Key): boolean {
    if (this.#options.jwks !== undefined) return true;
    const age = seconds() - this.#readAt;
    if (age > FRESH_SECONDS) this.#later();
    return age <= LAST_GOOD_SECONDS && this.#keys.get(key.kid)?.text === key.text;
  }

  /** Return the key of that name, if the issuer has it. Throws `KeysUnavailable`. */
  async find(kid: string): Promise<Key | undefined> {
    await this.warm();
    const found = this.#keys.get(kid);
    if (found || this.#options.jwks !== undefined) return found;
    const now = seconds();
    if (this.#fetching === undefined) {
      const early = now - this.#unknownAt < UNKNOWN_SECONDS || now < this.#notBefore;
      if (early && !this.#live) return undefined;
      this.#unknownAt = now;
    }
    await this.#refreshed().catch(() => undefined); // the last good keys are still good
    return this.#keys.get(kid);
  }

  /**
   * As `find`, but keys older than ten minutes are read again before they are believed.
   *
   * For statements that no feed revokes. Where they cannot be read the last good ones serve for an hour; throws
   * `KeysUnavailable` after it, and for a name that is not among them.
   */
  async findFresh(kid: string): Promise<Key | undefined> {
    const age = seconds() - this.#readAt;
    const due = age > FRESH_SECONDS && age <= LAST_GOOD_SECONDS && seconds() >= this.#notBefore;
    if (due || this.#fetching) await this.#refreshed().catch(() => undefined);
    const found = await this.find(kid);
    const old = this.#options.jwks === undefined && seconds() - this.#readAt > LAST_GOOD_FRESH_SECONDS;
    if (this.#failures > 0 && (!found || old))
      throw this.#unavailable(Math.max(0, this.#notBefore - seconds()));
    return found;
  }

  /** See to it that there are keys. Throws `KeysUnavailable`. */
  async warm(): Promise<void> {
    if (this.#options.jwks !== undefined) {
      this.#static ??= this.#given();
      return this.#static;
    }
    const age = seconds() - this.#readAt;
    if (age <= FRESH_SECONDS) return;
    if (age <= LAST_GOOD_SECONDS) return this.#later();
    const wait = this.#notBefore - seconds();
    if (wait > 0 && !this.#fetching && !this.#live) {
      throw this.#unavailable(wait);
    }
    await this.#refreshed();
  }

  #unavailable(retryAfter: number): KeysUnavailable {
    return new KeysUnavailable(`The keys of ${this.#options.issuer} could not be read.`, { retryAfter });
  }

  get #live(): boolean {
    return isLive(this.#options.fetch, this.#options.issuer);
  }

  #later(): void {
    if (seconds() >= this.#notBefore) this.#refreshed().catch(() => undefined);
  }

  #refreshed(): Promise<void> {
    this.#fetching ??= this.#fetched().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetched(): Promise<void> {
    try {
      const { address, algorithms } = this.#options;
      const url = await (address ? address() : this.#address());
      const keys = await suitable(await this.#document(url), algorithms);
      if (keys.size === 0) throw new Error("the key set holds no key that may be used");
      this.#keys = keys;
      this.#readAt = seconds();
      this.#notBefore = Number.NEGATIVE_INFINITY;
      this.#failures = 0;
    } catch (error) {
      const wait = Math.min(2 ** this.#failures++, LONGEST_COOLDOWN_SECONDS);
      this.#notBefore = seconds() + wait;
      const why = error instanceof Error ? error.message : "unknown";
      const reason = `The keys of ${this.#options.issuer} cannot be read: ${why}`;
      throw new KeysUnavailable(reason, { retryAfter: wait, cause: error });
    }
  }

  /** Discovery (OpenID Connect Discovery section 4.3: the issuer in it must be ours). */
  async #address(): Promise<string> {
    const { issuer } = this.#options;
    const found = await this.#document(`${issuer}/.well-known/openid-configuration`);
    if (found.issuer !== issuer)
      throw new Error(`expected the issuer ${issuer} in its discovery, got another`);
    const url = new URL(String(found.jwks_uri));
    const secure = url.protocol === "https:" || (url.protocol === "http:" && issuer.startsWith("http://"));
    if (!secure || url.username || url.password) throw new Error("its jwks_uri is not https");
    return url.href;
  }

  async #document(url: string): Promise<Record<string, unknown>> {
    const { timeout, fetch } = this.#options;
    const reply = await ask({ url, timeout, fetch });
    if (reply.status !== 200) throw new Error(`expected 200 from ${url}, got ${reply.status}`);
    const value: unknown = parseStrict(reply.body);
    if (typeof value !== "object" || value === null) throw new Error(`expected an object from ${url}`);
    return value as Record<string, unknown>;
  }

  async #given(): Promise<void> {
    this.#keys = await suitable(this.#options.jwks, this.#options.algorithms);
    this.#readAt = seconds();
    if (this.#keys.size === 0) throw new ConfigurationError("jwks holds no key that may be used.");
  }
}

/** The monotonic clock, in seconds. */
export function seconds(): number {
  return performance.now() / 1000;
}
