import { ConfigurationError, ServerUnavailable } from "../errors.js";
import { parseStrict } from "../json.js";
import { ALGORITHMS } from "../jwk.js";
import { Keys } from "../keys.js";
import { challengeOf } from "./encoding.js";
import { oauthError, SignInFailed } from "./errors.js";
import { type Claims, type Expected, verifyStatement } from "./jwt.js";

/** What the token endpoint answers (RFC 6749 section 5.1). Times are in seconds. */
export interface TokenAnswer {
  access_token: string;
  expires_in: number;
  scope?: string;
  refresh_token?: string;
  refresh_expires_in?: number;
  id_token?: string;
}

/** What the server publishes about itself (RFC 8414). */
export interface Endpoints {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  end_session_endpoint: string;
  revocation_endpoint: string;
  jwks_uri: string;
}

export interface ServerOptions {
  issuer: string;
  clientId: string;
  /** For an application with a server only. */
  clientSecret?: string | undefined;
  fetch?: typeof fetch | undefined;
  /** In milliseconds; 10 seconds. */
  timeout?: number | undefined;
}

/** What a sign-in asks for, and what has to be remembered about it. */
export interface Asking {
  redirectUri: string;
  state: string;
  nonce: string;
  verifier: string;
  scope: string;
  resource?: string | undefined;
  more?: Record<string, string | undefined>;
}

const TIMEOUT = 10_000; // milliseconds
const NAMED = [
  "authorization_endpoint",
  "token_endpoint",
  "end_session_endpoint",
  "revocation_endpoint",
  "jwks_uri",
] as const;

/** The authorization server, as one of its clients sees it. */
export class AuthorizationServer {
  readonly issuer: string;
  readonly clientId: string;
  readonly #options: ServerOptions;
  #endpoints: Promise<Endpoints> | undefined;
  readonly #keys: Keys;

  constructor(options: ServerOptions) {
    if (!options.issuer) throw new ConfigurationError("issuer is missing.");
    if (!options.clientId) throw new ConfigurationError("clientId is missing.");
    this.issuer = options.issuer;
    this.clientId = options.clientId;
    this.#options = options;
    this.#keys = new Keys({
      issuer: options.issuer,
      algorithms: ALGORITHMS,
      timeout: (options.timeout ?? TIMEOUT) / 1000,
      fetch: options.fetch,
      address: async () => (await this.endpoints()).jwks_uri,
    });
  }

  /** Return the endpoints, read once; throws `ServerUnavailable`, `ConfigurationError`. */
  endpoints(): Promise<Endpoints> {
    this.#endpoints ??= this.#discover().catch((error) => {
      this.#endpoints = undefined;
      throw error;
    });
    return this.#endpoints;
  }

  async #discover(): Promise<Endpoints> {
    const found = await this.#json(`${this.issuer}/.well-known/openid-configuration`);
    if (found.issuer !== this.issuer)
      throw new ConfigurationError(`Expected issuer ${this.issuer}, got ${String(found.issuer)}.`);
    for (const name of NAMED) {
      const url = found[name];
      if (typeof url !== "string" || new URL(url).origin !== new URL(this.issuer).origin)
        throw new ConfigurationError(`The server's ${name} is not at ${this.issuer}.`);
    }
    return found as unknown as Endpoints;
  }

  /** Return where to send the browser (RFC 6749 section 4.1.1, RFC 7636, RFC 8707). */
  async authorizationUrl(asking: Asking): Promise<string> {
    const url = new URL((await this.endpoints()).authorization_endpoint);
    const query: Record<string, string | undefined> = {
      ...asking.more,
      response_type: "code",
      client_id: this.clientId,
      redirect_uri: asking.redirectUri,
      scope: asking.scope,
      state: asking.state,
      nonce: asking.nonce,
      code_challenge: await challengeOf(asking.verifier),
      code_challenge_method: "S256",
      resource: asking.resource,
    };
    for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, value);
    return url.href;
  }

  /** Return the code of an authorization answer that is ours (RFC 9207); throws `SignInFailed`. */
  codeOf(answer: URLSearchParams): string {
    if (answer.get("iss") !== this.issuer)
      throw new SignInFailed(`Expected an answer of ${this.issuer}, got another's.`);
    const error = answer.get("error");
    if (error) throw new SignInFailed(answer.get("error_description") ?? "", { code: error });
    const code = answer.get("code");
    if (!code) throw new SignInFailed("The answer holds no code.");
    return code;
  }

  /** Exchange a grant; throws `ApiError` with the server's `error` as code, or `ServerUnavailable`. */
  async token(form: Record<string, string | undefined>): Promise<TokenAnswer> {
    const answer = await this.#post((await this.endpoints()).token_endpoint, form);
    if (typeof answer.access_token !== "string" || typeof answer.expires_in !== "number")
      throw new ServerUnavailable("The token endpoint answered without a token.");
    return answer as unknown as TokenAnswer;
  }

  /** End the session of a refresh token (RFC 7009). */
  async revoke(token: string): Promise<void> {
    await this.#post((await this.endpoints()).revocation_endpoint, { token });
  }

  async #post(url: string, form: Record<string, string | undefined>): Promise<Record<string, unknown>> {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(form)) if (value) body.set(name, value);
    const headers: Record<string, string> = { Accept: "application/json" };
    const secret = this.#options.clientSecret;
    if (secret === undefined) body.set("client_id", this.clientId);
    // RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
    else headers.Authorization = `Basic ${btoa(`${formed(this.clientId)}:${formed(secret)}`)}`;
    return await this.#json(url, { method: "POST", body, headers });
  }

  /** Return the claims of a genuine ID token (or logout token, by `typ`); throws `SignInFailed`, `KeysUnavailable`. */
  statement(token: string | undefined, expected: Omit<Expected, "issuer" | "clientId">): Promise<Claims> {
    if (!token) throw new SignInFailed("There is no ID token.");
    const all = { ...expected, issuer: this.issuer, clientId: this.clientId };
    return verifyStatement(token, all, (kid) => this.#keys.findFresh(kid));
  }

  async #json(url: string, init: RequestInit = {}): Promise<Record<string, unknown>> {
    const ask = this.#options.fetch ?? fetch;
    const signal = AbortSignal.timeout(this.#options.timeout ?? TIMEOUT);
    let response: Response;
    let body: unknown;
    try {
      response = await ask(url, { ...init, signal, redirect: "error", credentials: "omit" });
      body = parseStrict((await response.text()) || "{}");
    } catch (cause) {
      throw new ServerUnavailable("", { cause });
    }
    const held = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
    if (response.ok) return held;
    const after = Number(response.headers.get("Retry-After")) || undefined;
    if (response.status >= 500 || response.status === 429)
      throw new ServerUnavailable(`The server answered ${response.status}.`, { retryAfter: after });
    throw oauthError(response.status, held, after);
  }
}

function formed(text: string): string {
  return encodeURIComponent(text).replaceAll("%20", "+");
}
