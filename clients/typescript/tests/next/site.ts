// A site with sign-in, the small issuer behind it, and a browser before it; new for each test of whoever imports it.
import { afterEach, beforeEach, vi } from "vitest";
import { type Auth, type AuthOptions, createAuth } from "../../src/next/index.js";
import { FakeIssuer } from "../oidc/issuer.js";

export const BASE = "https://shop.example";
export const SECRET = "a secret of the tests, long enough";
export const LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";

/** A browser's cookies for the application. */
export class Browser {
  readonly cookies = new Map<string, string>();
  set: string[] = [];

  request(path: string, init: RequestInit = {}): Request {
    const headers = new Headers(init.headers);
    headers.set("Cookie", [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    return new Request(new URL(path, BASE), { ...init, headers });
  }

  take(response: Response): Response {
    this.set = response.headers.getSetCookie();
    for (const line of this.set) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name && value) this.cookies.set(name, value);
      else if (name) this.cookies.delete(name);
    }
    return response;
  }

  get jar() {
    return { getAll: () => [...this.cookies].map(([name, value]) => ({ name, value })) };
  }
}

export let issuer: FakeIssuer;
export let browser: Browser;

beforeEach(async () => {
  issuer = await new FakeIssuer().start();
  browser = new Browser();
});

afterEach(async () => {
  vi.useRealTimers();
  await issuer.stop();
});

export function made(more: Partial<AuthOptions> = {}): Auth {
  return createAuth({
    issuer: issuer.url,
    clientId: "web",
    clientSecret: "the client's",
    secret: SECRET,
    audience: "https://api.shop.example/orders",
    baseUrl: BASE,
    verifier: false, // the small issuer's access tokens are no JWTs
    ...more,
  });
}

export async function begun(auth: Auth, returnTo = "/cart", by = browser): Promise<string> {
  const path = `/api/auth/login?returnTo=${encodeURIComponent(returnTo)}`;
  const response = by.take(await auth.handlers.GET(by.request(path)));
  return response.headers.get("Location") as string;
}

export async function signedIn(auth: Auth, returnTo = "/cart"): Promise<Response> {
  const back = issuer.authorize(await begun(auth, returnTo));
  return browser.take(await auth.handlers.GET(browser.request(back)));
}
