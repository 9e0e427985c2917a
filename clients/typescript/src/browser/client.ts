import { ConfigurationError } from "../errors.js";
import { random } from "../oidc/encoding.js";
import { SignInFailed } from "../oidc/errors.js";
import { AuthorizationServer } from "../oidc/server.js";
import { safeReturn, target, type User, userOf } from "../oidc/user.js";
import { bearerChallenge } from "./challenges.js";
import {
  type AuthClientOptions,
  type AuthState,
  LOADING,
  type LoginOptions,
  type TokenOptions,
} from "./options.js";
import { Hint, type Pending, PendingSignIns } from "./pending.js";
import { MemoryStore, SharedStore, type Store } from "./store.js";
import { accessOf, TokenManager } from "./tokens.js";

const ANSWER = ["code", "state", "iss", "error", "error_description", "error_uri"];

/** Signs people in by code and PKCE, and calls APIs for them. Nothing happens before `start()`. */
export class AuthClient {
  readonly #options: AuthClientOptions;
  readonly #server: AuthorizationServer;
  readonly #tokens: TokenManager;
  readonly #store: Store;
  readonly #pending: PendingSignIns;
  readonly #hint: Hint;
  readonly #origins: ReadonlySet<string>;
  readonly #listeners = new Set<() => void>();
  #state = LOADING;
  #started: Promise<void> | undefined;
  #stepUp: string | undefined;

  constructor(options: AuthClientOptions) {
    this.#options = options;
    this.#server = new AuthorizationServer(options);
    const prefix = `ntt-auth:${options.issuer}:${options.clientId}`;
    this.#store = options.store === "shared" ? new SharedStore(prefix) : new MemoryStore();
    this.#tokens = new TokenManager(this.#server, this.#store, () => this.#show());
    this.#pending = new PendingSignIns(prefix);
    this.#hint = new Hint(prefix);
    const audience = options.audience && /^https?:/.test(options.audience) ? [options.audience] : [];
    this.#origins = new Set([...audience, ...(options.apis ?? [])].map(originOf));
  }

  /** The state at the moment. */
  get state(): AuthState {
    return this.#state;
  }

  /** Who is signed in. */
  get user(): User | undefined {
    return this.#state.user;
  }

  /** Call `listener` at every change of `state`; returns what stops it. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Take the answer of a sign-in, or find out who was signed in before a reload. Calls after the first wait for it. */
  start = (): Promise<void> => {
    this.#started ??= this.#start();
    return this.#started;
  };

  async #start(): Promise<void> {
    this.#store.watch(() => this.#show());
    this.#hint.watch(() => this.#tokens.end());
    addEventListener("pageshow", ({ persisted }) => {
      if (persisted && this.#state.isLoading) this.#show(); // back from the sign-in page
    });
    try {
      if (await this.#answered()) return;
      if (!this.#store.read() && this.#hint.attempt()) {
        await this.#leave({}, true).catch((error) => {
          this.#hint.set(true); // it did not even begin
          throw error;
        });
        return; // still loading: the page is being left
      }
      this.#show();
    } catch (error) {
      this.#show(error as Error);
    }
  }

  async #answered(): Promise<boolean> {
    const url = new URL(location.href);
    const { searchParams: answer } = url;
    const state = answer.get("state");
    if (!state || !(answer.has("code") || answer.has("error"))) return false;
    const pending = this.#pending.take(state);
    const copy = new URLSearchParams(answer);
    for (const name of ANSWER) answer.delete(name);
    // Before anything is awaited: no code stays in the address, nor in the history.
    history.replaceState(history.state, "", pending?.returnTo ?? `${url.pathname}${url.search}${url.hash}`);
    if (!pending)
      throw new SignInFailed("This tab did not begin that sign-in, or its answer was taken already.");
    try {
      await this.#exchange(this.#server.codeOf(copy), pending);
      this.#stepUp = pending.stepUp;
    } catch (error) {
      if (!pending.silent || !(error instanceof SignInFailed)) throw error;
      this.#hint.set(false); // `login_required` and its kind are no errors: nobody is signed in
      this.#show();
    }
    dispatchEvent(new PopStateEvent("popstate", { state: history.state })); // for routers: the address changed
    return true;
  }

  async #exchange(code: string, pending: Pending) {
    const answer = await this.#server.token({
      grant_type: "authorization_code",
      code,
      redirect_uri: pending.redirectUri,
      code_verifier: pending.verifier,
    });
    const { nonce, acrValues, maxAge } = pending;
    const accessToken = answer.access_token;
    const claims = await this.#server.statement(answer.id_token, { nonce, acrValues, maxAge, accessToken });
    const { audience = "", scopes } = this.#options;
    const first = scopes || !audience ? audience : "userinfo";
    this.#hint.set(true);
    this.#tokens.begin({
      user: userOf(claims),
      idToken: answer.id_token as string,
      refreshToken: answer.refresh_token,
      access: { [first]: accessOf(answer) },
    });
  }

  /** Send the browser to sign in. */
  login = async (options: LoginOptions = {}): Promise<void> => {
    await this.#leave(options, false);
  };

  async #leave(options: LoginOptions, silent: boolean): Promise<void> {
    const { issuer, audience, scopes } = this.#options;
    const stepUp = options.acrValues || options.maxAge !== undefined ? stepUpOf(options) : undefined;
    const state = random();
    const kept = { nonce: random(), verifier: random(), redirectUri: this.#redirectUri() };
    const more = {
      prompt: silent ? "none" : options.prompt,
      acr_values: options.acrValues,
      max_age: options.maxAge?.toString(),
      login_hint: options.loginHint,
      connection: options.connection,
      ui_locales: options.uiLocales,
    };
    const url = await this.#server.authorizationUrl({
      ...kept,
      ...target(issuer, audience, scopes),
      state,
      more,
    });
    const returnTo = safeReturn(options.returnTo ?? location.href, location.origin);
    this.#pending.put(state, {
      ...kept,
      returnTo,
      silent,
      stepUp,
      acrValues: options.acrValues,
      maxAge: options.maxAge,
      begun: Date.now(),
    });
    this.#navigate(url);
  }

  /** End the sign-in here and at the server, with every application of this browser. */
  logout = async (): Promise<void> => {
    const idToken = this.#store.read()?.idToken;
    this.#tokens.end();
    this.#hint.out();
    const form: Record<string, string> = { client_id: this.#options.clientId };
    if (idToken) form.id_token_hint = idToken;
    const back = this.#options.postLogoutRedirectUri;
    if (back) form.post_logout_redirect_uri = back;
    // A POST: an ID token in an address would end up in logs and in the history.
    this.#navigate((await this.#server.endpoints()).end_session_endpoint, form);
  };

  /** Return an access token; throws `TokenMissing` where nobody is signed in. */
  getToken = async (options: TokenOptions = {}): Promise<string> => {
    await this.start();
    return await this.#tokens.get(options.audience ?? this.#options.audience ?? "", options.minValidity);
  };

  /**
   * `fetch` with the access token, for the audience's origin and those of `apis` only; as it is for any other.
   *
   * A token that is refused is refreshed once; where the API asks for a stronger sign-in (RFC 9470) the browser is
   * sent to it, once.
   */
  fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input instanceof Request ? input : new URL(input, location.href), init);
    const send = this.#options.fetch ?? globalThis.fetch;
    if (!this.#origins.has(new URL(request.url).origin)) return await send(request);
    await this.start();
    if (!this.#state.isSignedIn) return await send(request);
    const again = request.clone();
    const audience = this.#options.audience ?? "";
    const token = await this.#tokens.get(audience);
    const response = await send(withToken(request, token));
    if (response.status !== 401) return response;
    const challenge = bearerChallenge(response.headers.get("WWW-Authenticate"));
    if (challenge.error === "insufficient_user_authentication") {
      await this.#strengthen(challenge);
      return response;
    }
    if (challenge.error !== "invalid_token") return response;
    const fresh = await this.#tokens.get(audience, 0, token).catch(() => undefined);
    return fresh ? await send(withToken(again, fresh)) : response;
  };

  async #strengthen(challenge: Record<string, string>): Promise<void> {
    const maxAge = /^\d+$/.test(challenge.max_age ?? "") ? Number(challenge.max_age) : undefined;
    const asked = { acrValues: challenge.acr_values, maxAge };
    if (stepUpOf(asked) === this.#stepUp) return; // it was just done, and was not enough
    this.#stepUp = stepUpOf(asked);
    await this.login(asked);
  }

  #redirectUri(): string {
    return this.#options.redirectUri ?? `${location.origin}/`;
  }

  #navigate(url: string, form?: Record<string, string>): void {
    (this.#options.navigate ?? leave)(url, form);
  }

  #show(error?: Error): void {
    const user = this.#store.read()?.user;
    if (!user && this.#state.isSignedIn) this.#hint.set(false);
    this.#state = { user, isLoading: false, isSignedIn: user !== undefined, error };
    for (const listener of this.#listeners) listener();
  }
}

function leave(url: string, fields?: Record<string, string>): void {
  if (!fields) {
    location.assign(url);
    return;
  }
  const form = document.createElement("form");
  Object.assign(form, { method: "POST", action: url, hidden: true });
  for (const [name, value] of Object.entries(fields))
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  document.body.append(form);
  form.submit();
}

function withToken(request: Request, token: string): Request {
  const headers = new Headers(request.headers);
  headers.set("Authorization", `Bearer ${token}`);
  return new Request(request, { headers });
}

function stepUpOf(asked: { acrValues?: string | undefined; maxAge?: number | undefined }): string {
  return `${asked.acrValues ?? ""}:${asked.maxAge ?? ""}`;
}

function originOf(url: string): string {
  try {
    return new URL(url).origin;
  } catch (cause) {
    throw new ConfigurationError(`apis: ${url} is no absolute URL.`, { cause });
  }
}
