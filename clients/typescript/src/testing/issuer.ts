import { ConfigurationError } from "../errors.js";
import type { Algorithm } from "../jwk.js";
import type { Fetch } from "../transport.js";
import {
  type Claims,
  type Defaults,
  idClaims,
  personClaims,
  serviceClaims,
  type TokenOptions,
} from "./claims.js";
import { Feed } from "./feed.js";
import { granted } from "./grants.js";
import { generated, made, type SigningKey, signed } from "./keys.js";
import { type Asked, type Script, Scripts, unscripted } from "./scripts.js";
import { type Answer, fetchOf, installed, type Question } from "./server.js";

export interface TestIssuerOptions {
  /** As the code under test has it. */
  issuer: string;
  audience: string;
  /** What signs. Default: ES256. */
  algorithm?: Algorithm;
}

/** What to end: one of these. A `token` is a whole one or its `jti`, a `membership` a person's in a tenant. */
export interface Revocation {
  session?: string;
  token?: string;
  user?: string;
  membership?: { tenant: string; sub: string };
  application?: string;
  tenant?: string;
  key?: string;
}

/** An authentication server inside a test: nothing listens, nothing is stored. */
export class TestIssuer {
  readonly issuer: string;
  readonly audience: string;
  /** The person and the tenant of tokens that name none. */
  readonly sub: string = crypto.randomUUID();
  readonly tenant: string = crypto.randomUUID();
  /** For the `fetch` option of whatever is tested. */
  readonly fetch: Fetch;
  readonly #algorithm: Algorithm;
  readonly #feed = new Feed();
  readonly #scripts = new Scripts();
  readonly #keys: Promise<SigningKey>[] = []; // the one that signs is the first
  readonly #ended = new Set<string>();
  #down = { keys: false, feed: false };
  #latest = 0; // no ending lets a token through that was made before it, in whichever second
  #undo: (() => void) | undefined;

  constructor({ issuer, audience, algorithm = "ES256" }: TestIssuerOptions) {
    if (!/^https?:\/\/[^?#]*[^/?#]$/.test(issuer)) {
      throw new ConfigurationError("issuer must be an http(s) address without a slash at its end.");
    }
    this.issuer = issuer;
    this.audience = audience;
    this.#algorithm = algorithm;
    this.fetch = fetchOf(issuer, (question) => this.#answer(question));
  }

  /** Let `globalThis.fetch` reach this issuer, and `mintToken` mint from it, until `close()`. */
  install(): this {
    this.#undo ??= installed(this.issuer, this.fetch);
    if (!stack.includes(this)) stack.push(this);
    return this;
  }

  /** Undo `install()`. */
  close(): void {
    this.#undo?.();
    this.#undo = undefined;
    if (stack.includes(this)) stack.splice(stack.indexOf(this), 1);
  }

  /** Return an access token of a person. */
  async mintToken(options: TokenOptions = {}): Promise<string> {
    return this.#minted(options, personClaims);
  }

  /** Return an access token of an application that speaks for itself. */
  async service(options: TokenOptions = {}): Promise<string> {
    return this.#minted(options, serviceClaims);
  }

  /** Return one whose time was over an hour ago. */
  async expired(options: TokenOptions = {}): Promise<string> {
    return this.mintToken({ issuedAt: now() - 3900, expiresIn: 300, ...options });
  }

  /** Return one for another API. */
  async wrongAudience(options: TokenOptions = {}): Promise<string> {
    return this.mintToken({ audience: `${this.audience}/another`, ...options });
  }

  /** Return an ID token, which no API may take for an access token. */
  async idToken(options: TokenOptions = {}): Promise<string> {
    return signed(await this.#signer(), "JWT", idClaims(options, this.#defaults(now())));
  }

  /** Return the headers of a request that brings such a token, or the one that is given. */
  async headers(of: TokenOptions | string | Promise<string> = {}): Promise<{ Authorization: string }> {
    const token = typeof of === "string" || of instanceof Promise ? await of : await this.mintToken(of);
    return { Authorization: `Bearer ${token}` };
  }

  /**
   * End something; a verifier that uses this issuer refuses its tokens from the next request on.
   *
   * Sessions, tokens and keys end for good. For the others later tokens are good again, as for a user who was
   * disabled and enabled.
   */
  revoke(what: Revocation): void {
    const [kind, id] = Object.entries(what).find(([, value]) => value !== undefined) ?? [];
    if (!kind || !id) throw new ConfigurationError("revoke() takes one of session, token, user, and so on.");
    const limit = Math.max(Math.ceil(Date.now() / 1000) + 1, this.#latest);
    this.#feed.add(kind, idOf(id), limit);
    if (kind !== "key") return;
    this.#ended.add(String(id));
    this.rotateKeys(); // there is always one that signs
  }

  /** Sign with a new key from now on; tokens of the one before stay good, as its public part stays published. */
  rotateKeys(): void {
    this.#keys.unshift(generated(this.#algorithm));
  }

  /** Discovery and keys cannot be reached. A verifier that has keys goes on with them, a new one answers 503. */
  keyServerDown(down = true): void {
    this.#down.keys = down;
  }

  /** The revocations cannot be read: `eventual` goes on with what it knows, `strict` refuses in the end. */
  feedDown(down = true): void {
    this.#down.feed = down;
  }

  /** Begin another feed, as after the server's database was restored: every cursor is gone. */
  restartFeed(): void {
    this.#feed.restart();
  }

  /**
   * Let an operation of the server answer so from now on; return what it is asked, as it comes.
   *
   *     const asked = issuer.script("POST", "/api/v1/users", { status: 201, body: { id: "u1" } });
   *     issuer.script("GET", "/api/v1/users/u2", { status: 404, code: "not_found" });
   *
   * `path` is below the issuer and without a query. A function sees each request, and may call `revoke` as well.
   */
  script(method: string, path: string, answer: Script): Asked[] {
    return this.#scripts.tell(method, path, answer);
  }

  async #minted(options: TokenOptions, claimsOf: typeof personClaims): Promise<string> {
    const key = await this.#signer();
    const claims = claimsOf(options, this.#defaults(now()));
    const limit = options.issuedAt === undefined ? this.#feed.limit(claims, key.kid) : -1;
    // The server waits until its clock is past such a limit; a test has no time for that.
    const past = Number.isFinite(limit) && limit >= Number(claims.iat);
    const final = past ? claimsOf(options, this.#defaults(limit + 1)) : claims;
    this.#latest = Math.max(this.#latest, Math.min(Number(final.iat), now() + 10));
    return signed(key, "at+jwt", final);
  }

  #defaults(at: number): Defaults {
    const { issuer, audience, sub, tenant } = this;
    return { issuer, audience, sub, tenant, now: at };
  }

  async #signer(): Promise<SigningKey> {
    return (await this.#living())[0] as SigningKey;
  }

  /** The keys that are published, at least one. */
  async #living(): Promise<SigningKey[]> {
    if (this.#keys.length === 0) this.rotateKeys();
    return (await Promise.all(this.#keys)).filter(({ kid }) => !this.#ended.has(kid));
  }

  async #answer(question: Question): Promise<Answer | undefined> {
    const { method, url, headers, json } = question;
    const path = url.href.split("?")[0]?.slice(this.issuer.length) ?? "";
    const { keys, feed } = this.#down;
    const told = await this.#scripts.answer(question, path);
    if (told) return told;
    switch (`${method} ${path}`) {
      case "GET /.well-known/openid-configuration":
        return keys ? undefined : { status: 200, body: this.#discovery() };
      case "GET /.well-known/jwks.json":
        return keys ? undefined : { status: 200, body: await this.#keySet() };
      case "GET /api/v1/tokens/revocations": {
        const known = headers.get("if-none-match") ?? "";
        return feed ? undefined : this.#feed.answer(url.searchParams.get("after"), known);
      }
      case "POST /api/v1/tokens/verify":
        return this.#looked(await json());
      case "POST /api/v1/tokens/revoke":
        return this.#revoked(await json());
      case "POST /oauth/token":
        return granted(question, (options) => this.service(options));
    }
    const ours = /^\/(oauth|api\/v1(?!\/tokens\/))\//.test(path);
    return ours ? unscripted(method, path) : { status: 404, code: "not_found" };
  }

  #discovery(): Record<string, unknown> {
    const at = (path: string) => `${this.issuer}/${path}`;
    return {
      issuer: this.issuer,
      revocation_feed_uri: at("api/v1/tokens/revocations"),
      jwks_uri: at(".well-known/jwks.json"),
      authorization_endpoint: at("oauth/authorize"),
      token_endpoint: at("oauth/token"),
      end_session_endpoint: at("oauth/logout"),
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256", "ES256", "EdDSA"],
    };
  }

  async #keySet(): Promise<{ keys: unknown[] }> {
    return { keys: (await this.#living()).map(({ jwk }) => jwk) };
  }

  async #looked({ token, audience }: Record<string, unknown>): Promise<Answer> {
    if (typeof token !== "string") return { status: 400, code: "invalid_input" };
    const claims = await this.#good(token).catch(() => undefined);
    const meant = claims && (audience === undefined || claims.aud === audience);
    return { status: 200, body: meant ? { active: true, claims } : { active: false } };
  }

  async #revoked({ token }: Record<string, unknown>): Promise<Answer> {
    if (typeof token !== "string") return { status: 400, code: "invalid_input" };
    const claims = await this.#good(token).catch(() => undefined);
    if (claims) this.revoke({ token: String(claims.jti) });
    return { status: 204 };
  }

  /** The claims of an access token that is good now. */
  async #good(token: string): Promise<Claims | undefined> {
    const [header = {}, claims = {}] = token.split(".").slice(0, 2).map(read);
    const key = (await this.#living()).find(({ kid }) => kid === header.kid);
    if (!key || header.typ !== "at+jwt" || !(await made(key, token))) return undefined;
    const dead = this.#feed.limit(claims, key.kid) >= Number(claims.iat) || Number(claims.exp) + 1 <= now();
    return dead ? undefined : claims;
  }
}

const stack: TestIssuer[] = [];

/** Return the issuer that was installed last. Throws `ConfigurationError`. */
export function current(): TestIssuer {
  const last = stack.at(-1);
  if (!last)
    throw new ConfigurationError("No test issuer is installed: createTestIssuer({ ... }).install().");
  return last;
}

function idOf(id: string | { tenant: string; sub: string }): string {
  if (typeof id !== "string") return `${id.tenant}:${id.sub}`;
  return id.split(".").length === 3 ? String(read(id.split(".")[1] ?? "").jti) : id;
}

function read(part: string): Claims {
  const raw = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)) as Claims;
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
