import { ConfigurationError, Refused } from "../errors.js";
import { AuthorizationServer } from "../oidc/server.js";
import { safeReturn, target, type User } from "../oidc/user.js";
import type { Principal } from "../principal.js";
import { Verifier } from "../verifier.js";
import { type Cookie, cookiesOf, Jar } from "./cookies.js";
import { Handlers, type Site } from "./handlers.js";
import { Seal } from "./seal.js";
import { type Kept, Sessions } from "./sessions.js";

export interface AuthOptions {
  /** The address of the authentication server, exactly, without a slash at its end. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** 32 random characters or more; to rotate, an array with the new one first. */
  secret: string | readonly string[];
  /** The API that this application calls; without it the token is for UserInfo alone. */
  audience?: string | undefined;
  /** Those of the API; without them all that a first-party application may have there. */
  scopes?: readonly string[] | undefined;
  /** The public address of this application, such as `https://shop.example`; behind a proxy it is needed. */
  baseUrl?: string | undefined;
  /** Where the handlers are; `/api/auth`. */
  basePath?: string | undefined;
  /** Where a sign-out comes back to, as registered; a page of the server without it. */
  postLogoutRedirectUri?: string | undefined;
  /**
   * Looks at the access token each time, so that an operator's ending takes effect within two seconds: a `Verifier` for
   * `audience` where there is one. `false` believes the cookie until the access token expires.
   */
  verifier?: TokenVerifier | false | undefined;
  fetch?: typeof fetch | undefined;
}

/** Who is signed in; safe to hand to the browser. `expiresAt` is in Unix seconds. */
export interface Session {
  readonly user: User;
  readonly expiresAt: number;
}

export interface ProxyOptions {
  /** Paths that need a sign-in, with all below them. */
  protect?: readonly string[] | undefined;
}

export interface Auth {
  /** For `app/api/auth/[...auth]/route.ts`: `export const { GET, POST } = handlers`. */
  readonly handlers: {
    readonly GET: (request: Request) => Promise<Response>;
    readonly POST: (request: Request) => Promise<Response>;
  };
  /** Who is signed in, in server components, actions and route handlers; null for nobody. */
  auth(cookies?: CookieStore): Promise<Session | null>;
  /** The access token, for calls from the server to the API; null for nobody. Never hand it to the browser. */
  getToken(cookies?: CookieStore): Promise<string | null>;
  /** For `proxy.ts` (before Next 16 `middleware.ts`): refreshes the session, and protects paths. */
  proxy(options?: ProxyOptions): (request: Request) => Promise<Response>;
}

/** A `Verifier`, or what does its work. */
export interface TokenVerifier {
  verify(token: string): Promise<Principal>;
}

export interface CookieStore {
  getAll(): Cookie[];
}

const EARLY_SECONDS = 60;

/** Set up sign-in; throws `ConfigurationError`. */
export function createAuth(options: AuthOptions): Auth {
  if (!options.clientSecret) throw new ConfigurationError("clientSecret is missing.");
  const server = new AuthorizationServer(options);
  const site = siteOf(options);
  const sessions = new Sessions(server, options.audience);
  const session = new Seal(options.secret, "session");
  const verifier = verifierOf(options);
  const jar = new Jar(site.isSecure);
  const asks = target(options.issuer, options.audience, options.scopes);
  const opened = async (cookies: readonly Cookie[]): Promise<Kept | undefined> => {
    const kept = await session.open<Kept>(jar.read(cookies, jar.session) ?? "");
    return kept && !sessions.isEnded(kept) ? kept : undefined;
  };
  const living = async (cookies: readonly Cookie[]): Promise<Kept | undefined> => {
    const kept = await opened(cookies);
    if (!kept || kept.expiresAt <= Date.now() / 1000) return undefined;
    return (await isGood(kept, verifier)) ? kept : undefined;
  };
  const current = async (cookies: CookieStore | undefined) =>
    await living((cookies ?? (await nextCookies())).getAll());
  const handlers = new Handlers({
    server,
    sessions,
    jar,
    site,
    living,
    asks: { ...asks, isFinal: options.scopes !== undefined || !options.audience },
    seals: { session, pending: new Seal(options.secret, "sign-in") },
  });
  return {
    handlers: {
      GET: handlers.get,
      POST: handlers.post,
    },
    async auth(cookies) {
      const kept = await current(cookies);
      return kept ? { user: kept.user, expiresAt: kept.expiresAt } : null;
    },
    async getToken(cookies) {
      return (await current(cookies))?.accessToken ?? null;
    },
    proxy: (chosen = {}) => {
      const guard = new Guard(chosen, { sessions, session, jar, site, opened });
      return (request) => guard.pass(request);
    },
  };
}

function verifierOf({ verifier, issuer, audience, fetch }: AuthOptions): TokenVerifier | undefined {
  if (verifier !== undefined) return verifier || undefined;
  return audience ? new Verifier({ issuer, audience, fetch }) : undefined;
}

async function isGood(kept: Kept, verifier: TokenVerifier | undefined): Promise<boolean> {
  if (!verifier) return true;
  try {
    await verifier.verify(kept.accessToken);
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error; // nobody can tell: not a reason to let in
  }
}

async function nextCookies(): Promise<CookieStore> {
  const { cookies } = await import("next/headers.js");
  return await cookies();
}

function siteOf(options: AuthOptions): Site {
  const { baseUrl, basePath = "/api/auth", postLogoutRedirectUri } = options;
  const isProduction = typeof process !== "undefined" && process.env.NODE_ENV === "production";
  return {
    isSecure: baseUrl ? baseUrl.startsWith("https:") : isProduction,
    basePath,
    postLogoutRedirectUri,
    originOf: (request) => new URL(baseUrl ?? request.url).origin,
  };
}

interface Parts {
  sessions: Sessions;
  session: Seal;
  jar: Jar;
  site: Site;
  opened: (cookies: readonly Cookie[]) => Promise<Kept | undefined>;
}

/** What stands before the pages: keeps sessions fresh, and lets nobody through where a sign-in is needed. */
class Guard {
  readonly #options: ProxyOptions;
  readonly #parts: Parts;

  constructor(options: ProxyOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
  }

  async pass(request: Request): Promise<Response> {
    const { site } = this.#parts;
    const paths = pathsOf(request);
    // The handlers see to themselves.
    if (paths.some((path) => !path.includes("%") && isBelow(path, site.basePath)))
      return await onward(request, [], []);
    const isProtected = isAnyBelow(paths, this.#options.protect ?? []);
    const cookies = cookiesOf(request);
    const kept = await this.#parts.opened(cookies);
    if (kept && kept.expiresAt > Date.now() / 1000 + EARLY_SECONDS) return await onward(request, [], []);
    let fresh: Kept | undefined;
    try {
      fresh = kept && (await this.#parts.sessions.renew(kept));
    } catch {
      // The server does not answer: the token is used while it lives.
      const isAlive = kept !== undefined && kept.expiresAt > Date.now() / 1000;
      if (isAlive || !isProtected) return await onward(request, [], []);
      return new Response("Try again shortly.", { status: 503, headers: { "Retry-After": "5" } });
    }
    const sealed = fresh ? await this.#parts.session.close(fresh, fresh.idle) : "";
    const changed = this.#parts.jar.pieces(sealed, this.#parts.jar.session, cookies);
    const headers = changed.map((cookie) => this.#parts.jar.header(cookie, fresh?.idle ?? 0));
    if (fresh || !isProtected) return await onward(request, changed, headers);
    return this.#turnedAway(request, headers);
  }

  #turnedAway(request: Request, cookies: string[]): Response {
    const { site } = this.#parts;
    const headers = new Headers({ "Cache-Control": "no-store" });
    for (const cookie of cookies) headers.append("Set-Cookie", cookie);
    if (request.method !== "GET" && request.method !== "HEAD")
      return new Response("Sign in first.", { status: 401, headers });
    const origin = site.originOf(request);
    const { pathname, search } = new URL(request.url);
    const login = new URL(`${site.basePath}/login`, origin);
    login.searchParams.set("returnTo", safeReturn(pathname + search, origin));
    headers.set("Location", login.href);
    return new Response(null, { status: 307, headers });
  }
}

/** The path of a request: as it was sent, and as Next has it, without `basePath` and locale. */
function pathsOf(request: Request & { nextUrl?: { pathname: string } }): string[] {
  const { pathname } = new URL(request.url);
  return [...new Set([pathname, request.nextUrl?.pathname ?? pathname])];
}

/** Whether a page below one of `folders` may answer: Next matches the decoded path, the raw one in development. */
function isAnyBelow(paths: readonly string[], folders: readonly string[]): boolean {
  const forms: string[] = [];
  for (const path of paths) {
    const plain = decoded(path);
    if (plain === undefined) return folders.length > 0; // nobody can tell which page that is
    forms.push(path, plain, plain.replace(/[/\\]+/g, "/"));
  }
  const bases = folders.flatMap((folder) => [folder, decoded(folder) ?? folder]);
  return forms.some((form) => bases.some((base) => isBelow(form, base)));
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function isBelow(path: string, folder: string): boolean {
  const base = folder.replace(/\/+$/, "");
  return path === base || path.startsWith(`${base}/`);
}

/** Let the request go on, with its cookies as they are now. */
async function onward(request: Request, changed: readonly Cookie[], cookies: string[]): Promise<Response> {
  const { NextResponse } = await import("next/server.js");
  const headers = new Headers(request.headers);
  if (changed.length > 0) {
    const now = new Map(cookiesOf(request).map((cookie) => [cookie.name, cookie.value]));
    for (const { name, value } of changed) now.set(name, value);
    const sent = [...now].filter(([, value]) => value).map(([name, value]) => `${name}=${value}`);
    headers.set("Cookie", sent.join("; "));
  }
  const response = NextResponse.next({ request: { headers } });
  for (const cookie of cookies) response.headers.append("Set-Cookie", cookie);
  // The page may be one that shared caches keep: not with somebody's session. Next leaves what is set here.
  if (cookies.length > 0) response.headers.set("Cache-Control", "private, no-store");
  return response;
}
