import { random } from "../oidc/encoding.js";
import { SignInFailed } from "../oidc/errors.js";
import type { AuthorizationServer } from "../oidc/server.js";
import { safeReturn } from "../oidc/user.js";
import { type Cookie, cookiesOf, type Jar } from "./cookies.js";
import { answered, failed, posting } from "./pages.js";
import { digest, type Seal } from "./seal.js";
import type { Asked, Kept, Sessions } from "./sessions.js";

/** Where the application is. */
export interface Site {
  isSecure: boolean;
  basePath: string;
  postLogoutRedirectUri: string | undefined;
  originOf(request: Request): string;
}

export interface HandlerParts {
  server: AuthorizationServer;
  sessions: Sessions;
  jar: Jar;
  site: Site;
  /** `isFinal`: the first token is the API's already. */
  asks: { scope: string; resource: string | undefined; isFinal: boolean };
  /** Who is signed in by these cookies: the server has not ended it, as far as can be told. */
  living(cookies: readonly Cookie[]): Promise<Kept | undefined>;
  seals: { session: Seal; pending: Seal };
}

interface Pending extends Asked {
  verifier: string;
  state: string;
  returnTo: string;
}

const PENDING_SECONDS = 600;
const MOST_PENDING = 5;
const MOST_BYTES = 32_768;
const LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";

/** The endpoints below `/api/auth`. */
export class Handlers {
  readonly #parts: HandlerParts;

  constructor(parts: HandlerParts) {
    this.#parts = parts;
  }

  get = async (request: Request): Promise<Response> => {
    try {
      switch (this.#action(request)) {
        case "login":
          return await this.#login(request);
        case "callback":
          return await this.#callback(request);
        case "session":
          return await this.#session(request);
      }
      return answered("There is nothing here.", 404);
    } catch (error) {
      return this.#failed(error);
    }
  };

  post = async (request: Request): Promise<Response> => {
    try {
      switch (this.#action(request)) {
        case "logout":
          return await this.#logout(request);
        case "backchannel-logout":
          return await this.#backchannelLogout(request);
      }
      return answered("There is nothing here.", 404);
    } catch (error) {
      return this.#failed(error);
    }
  };

  #failed = (error: unknown): Response => failed(error, `${this.#parts.site.basePath}/login`);

  #action(request: Request): string {
    return new URL(request.url).pathname.split("/").at(-1) ?? "";
  }

  async #login(request: Request): Promise<Response> {
    const { server, site, jar, seals, asks } = this.#parts;
    const origin = site.originOf(request);
    const { searchParams: query } = new URL(request.url);
    const pending: Pending = {
      nonce: random(),
      verifier: random(),
      state: random(),
      returnTo: safeReturn(query.get("returnTo"), origin),
      acrValues: query.get("acr_values") ?? undefined,
      maxAge: query.get("max_age") ? Number(query.get("max_age")) : undefined,
    };
    const more: Record<string, string | undefined> = {};
    for (const name of ["acr_values", "max_age", "prompt", "login_hint", "connection", "ui_locales"])
      more[name] = query.get(name) ?? undefined;
    const { scope, resource } = asks;
    const redirectUri = this.#redirectUri(origin);
    const url = await server.authorizationUrl({ ...pending, redirectUri, scope, resource, more });
    const sealed = await seals.pending.close(pending, PENDING_SECONDS);
    const name = await this.#pendingName(pending.state);
    const old = this.#tooMany(cookiesOf(request));
    return redirect(url, [
      ...old.map((cookie) => jar.header(cookie, 0)),
      jar.header({ name, value: sealed }, PENDING_SECONDS),
    ]);
  }

  async #callback(request: Request): Promise<Response> {
    const { server, sessions, site, jar, seals, asks } = this.#parts;
    const { searchParams: answer } = new URL(request.url);
    const cookies = cookiesOf(request);
    const state = answer.get("state") ?? "";
    const name = await this.#pendingName(state);
    const gone = jar.header({ name, value: "" }, 0);
    try {
      const sealed = cookies.find((cookie) => cookie.name === name)?.value ?? "";
      const pending = await seals.pending.open<Pending>(sealed);
      if (!pending || pending.state !== state)
        throw new SignInFailed("This browser did not begin that sign-in, or its answer was taken already.");
      const { nonce, acrValues, maxAge } = pending;
      const tokens = await server.token({
        grant_type: "authorization_code",
        code: server.codeOf(answer),
        redirect_uri: this.#redirectUri(site.originOf(request)),
        code_verifier: pending.verifier,
      });
      const kept = await sessions.begin(tokens, { nonce, acrValues, maxAge }, asks.isFinal);
      const value = await seals.session.close(kept, kept.idle);
      const pieces = jar.pieces(value, jar.session, cookies);
      const to = new URL(pending.returnTo, site.originOf(request)).href;
      return redirect(to, [gone, ...pieces.map((piece) => jar.header(piece, kept.idle))]);
    } catch (error) {
      const response = this.#failed(error);
      response.headers.append("Set-Cookie", gone);
      return response;
    }
  }

  async #session(request: Request): Promise<Response> {
    const kept = await this.#parts.living(cookiesOf(request));
    const body = kept ? { user: kept.user, expiresAt: kept.expiresAt } : null;
    return Response.json(body, { headers: { "Cache-Control": "no-store" } });
  }

  async #logout(request: Request): Promise<Response> {
    const { server, site, jar, sessions } = this.#parts;
    if (request.headers.get("Origin") !== site.originOf(request))
      return answered("Signing out has to be asked for by a page of this site.", 403);
    const cookies = cookiesOf(request);
    const kept = await this.#kept(cookies);
    const fields: Record<string, string> = { client_id: server.clientId };
    if (kept) fields.id_token_hint = kept.idToken;
    if (site.postLogoutRedirectUri) fields.post_logout_redirect_uri = site.postLogoutRedirectUri;
    if (kept) sessions.end(kept.sid);
    // It ends there even if the browser does not follow; the page after it ends the browser's sign-in.
    if (kept?.refreshToken) await server.revoke(kept.refreshToken).catch(() => {});
    // Where the server cannot be asked, it is over here at least.
    const response = await server
      .endpoints()
      .then(({ end_session_endpoint: action }) => posting(action, fields), this.#failed);
    for (const piece of jar.pieces("", jar.session, cookies))
      response.headers.append("Set-Cookie", jar.header(piece, 0));
    return response;
  }

  async #backchannelLogout(request: Request): Promise<Response> {
    const body = await textOf(request);
    if (body === undefined) return answered("That is too long for a logout token.", 413);
    const token = new URLSearchParams(body).get("logout_token") ?? undefined;
    const claims = await this.#parts.server.statement(token, { typ: "logout+jwt" });
    const events = claims.events as Record<string, unknown> | undefined;
    const isLogout = typeof events === "object" && events !== null && Object.hasOwn(events, LOGOUT_EVENT);
    if (!isLogout || claims.nonce !== undefined || typeof claims.sid !== "string")
      throw new SignInFailed("This is no logout token.");
    this.#parts.sessions.end(claims.sid);
    return answered("", 200);
  }

  async #kept(cookies: readonly Cookie[]): Promise<Kept | undefined> {
    const { jar, seals, sessions } = this.#parts;
    const kept = await seals.session.open<Kept>(jar.read(cookies, jar.session) ?? "");
    return kept && !sessions.isEnded(kept) ? kept : undefined;
  }

  #redirectUri(origin: string): string {
    return `${origin}${this.#parts.site.basePath}/callback`;
  }

  async #pendingName(state: string): Promise<string> {
    return `${this.#parts.jar.session}-begun-${await digest(state)}`;
  }

  /** Sign-ins that were begun and left: a browser keeps only so many cookies. */
  #tooMany(cookies: readonly Cookie[]): Cookie[] {
    const begun = cookies.filter((cookie) => cookie.name.startsWith(`${this.#parts.jar.session}-begun-`));
    return begun.length < MOST_PENDING ? [] : begun.map(({ name }) => ({ name, value: "" }));
  }
}

/** Return the body of a request that anybody may send; undefined for one that is too long, which is not read on. */
async function textOf(request: Request): Promise<string | undefined> {
  const reader = request.body?.getReader();
  const decoder = new TextDecoder();
  let [text, length] = ["", 0];
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done) return text + decoder.decode();
    length += value.byteLength;
    if (length > MOST_BYTES) {
      await reader?.cancel().catch(() => {});
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

function redirect(url: string, cookies: string[]): Response {
  const headers = new Headers({
    Location: url,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
  });
  for (const cookie of cookies) headers.append("Set-Cookie", cookie);
  return new Response(null, { status: 303, headers });
}
