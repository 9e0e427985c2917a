import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { TokenRevoked } from "../../src/errors.js";
import { type Auth, type AuthOptions, createAuth } from "../../src/next/index.js";
import { FakeIssuer } from "../oidc/issuer.js";

const BASE = "https://shop.example";
const SECRET = "a secret of the tests, long enough";
const LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";

/** A browser's cookies for the application. */
class Browser {
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

let issuer: FakeIssuer;
let browser: Browser;

beforeEach(async () => {
  issuer = await new FakeIssuer().start();
  browser = new Browser();
});

afterEach(async () => {
  vi.useRealTimers();
  await issuer.stop();
});

function made(more: Partial<AuthOptions> = {}): Auth {
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

async function begun(auth: Auth, returnTo = "/cart", by = browser): Promise<string> {
  const path = `/api/auth/login?returnTo=${encodeURIComponent(returnTo)}`;
  const response = by.take(await auth.handlers.GET(by.request(path)));
  return response.headers.get("Location") as string;
}

async function signedIn(auth: Auth, returnTo = "/cart"): Promise<Response> {
  const back = issuer.authorize(await begun(auth, returnTo));
  return browser.take(await auth.handlers.GET(browser.request(back)));
}

describe("signing in", () => {
  test("leads back to where it began, with a session whose tokens nobody can read", async () => {
    const auth = made();
    const response = await signedIn(auth);
    expect(response.status).toBe(303);
    expect(response.headers.get("Location")).toBe(`${BASE}/cart`);
    const session = browser.set.filter((line) => line.startsWith("__Host-ntt-auth."));
    expect(session.length).toBeGreaterThan(0);
    for (const line of session)
      expect(line).toMatch(/; Path=\/; Max-Age=1000; HttpOnly; SameSite=Lax; Secure$/);
    expect(browser.set.join()).not.toMatch(/access-|refresh-/);
    expect(await auth.auth(browser.jar)).toMatchObject({ user: { sub: "ada", name: "Ada" } });
    expect(await auth.getToken(browser.jar)).toBe("access-2-for-https://api.shop.example/orders");
  });

  test("tells the browser who it is, and no token", async () => {
    const auth = made();
    await signedIn(auth);
    const response = await auth.handlers.GET(browser.request("/api/auth/session"));
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ user: { sub: "ada" } });
    expect(text).not.toMatch(/access-|refresh-|eyJ/);
  });

  test("refuses the answer to another browser", async () => {
    const auth = made();
    const mallory = new Browser();
    const back = issuer.authorize(await begun(auth, "/", mallory));
    const response = browser.take(await auth.handlers.GET(browser.request(back)));
    expect(response.status).toBe(400);
    expect(issuer.forms).toEqual([]);
    expect(await auth.auth(browser.jar)).toBeNull();
  });

  test("takes an answer once", async () => {
    const auth = made();
    const back = issuer.authorize(await begun(auth));
    expect(browser.take(await auth.handlers.GET(browser.request(back))).status).toBe(303);
    expect((await auth.handlers.GET(browser.request(back))).status).toBe(400);
    expect(issuer.forms.filter((form) => form.grant_type === "authorization_code")).toHaveLength(1);
  });

  test.each(["https://evil.example", ""])("refuses an answer of the issuer '%s'", async (iss) => {
    const auth = made();
    const back = new URL(issuer.authorize(await begun(auth)));
    back.searchParams.set("iss", iss);
    expect((await auth.handlers.GET(browser.request(back.href))).status).toBe(400);
    expect(issuer.forms).toEqual([]);
  });

  test.each([{ nonce: "another" }, { aud: "another" }, { exp: 1 }, { at_hash: "another" }])(
    "refuses an ID token that says %j",
    async (wrong) => {
      const auth = made();
      issuer.wrong = wrong;
      expect((await signedIn(auth)).status).toBe(400);
      expect(await auth.auth(browser.jar)).toBeNull();
    },
  );

  test.each([
    ["acr_values=aal2", { acr: "aal1" }, 400],
    ["acr_values=aal2", {}, 303],
    ["acr_values=aal2", { acr: "aal3" }, 303],
    ["max_age=60", { auth_time: 1 }, 400],
    ["max_age=60", {}, 303],
    ["max_age=0", { auth_time: undefined }, 400],
  ])("asked by %s, and answered by %j, ends with %i", async (query, wrong, status) => {
    const auth = made();
    const begin = await auth.handlers.GET(browser.request(`/api/auth/login?${query}`));
    issuer.wrong = wrong;
    const back = issuer.authorize(browser.take(begin).headers.get("Location") as string);
    expect((await auth.handlers.GET(browser.request(back))).status).toBe(status);
  });

  test("takes no access token of another person", async () => {
    const auth = made();
    issuer.accessToken = await issuer.sign({ sub: "mallory" }, "at+jwt");
    expect((await signedIn(auth)).status).toBe(400);
    issuer.accessToken = await issuer.sign({}, "at+jwt");
    expect((await signedIn(auth)).status).toBe(303);
  });

  test.each([
    "//evil.example",
    "https://evil.example/",
    "/\\evil.example",
    "javascript:alert(1)",
    "/%09//evil.example/..//evil.example",
  ])("leads to no other site: %s", async (returnTo) => {
    const response = await signedIn(made(), returnTo);
    expect(new URL(response.headers.get("Location") as string).origin).toBe(BASE);
  });

  test("says nothing that stood in the address", async () => {
    const auth = made();
    const back = new URL(issuer.authorize(await begun(auth), "<script>x"));
    back.searchParams.set("error_description", "<b>call us</b>");
    const response = await auth.handlers.GET(browser.request(back.href));
    expect(response.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
    const text = await response.text();
    expect(text).toContain("The sign-in failed (scriptx).");
    expect(text).toContain('<a href="/api/auth/login">');
    expect(text).not.toMatch(/<script|<b>|call us/);
  });
});

describe("the session cookie", () => {
  test("is nobody's when a byte of it was changed", async () => {
    const auth = made();
    await signedIn(auth);
    const name = "__Host-ntt-auth.0";
    const value = browser.cookies.get(name) as string;
    const at = value.length >> 1;
    browser.cookies.set(name, value.slice(0, at) + (value[at] === "A" ? "B" : "A") + value.slice(at + 1));
    expect(await auth.auth(browser.jar)).toBeNull();
  });

  test("is no sign-in's cookie under another name", async () => {
    const auth = made();
    await begun(auth);
    const [sealed] = [...browser.cookies.values()];
    browser.cookies.set("__Host-ntt-auth.0", sealed as string);
    expect(await auth.auth(browser.jar)).toBeNull();
  });

  test("outlives a rotation of the secret, and not its removal", async () => {
    await signedIn(made());
    const next = "another secret of the tests, long enough";
    expect(await made({ secret: [next, SECRET] }).auth(browser.jar)).not.toBeNull();
    expect(await made({ secret: next }).auth(browser.jar)).toBeNull();
  });

  test("is cut into pieces that browsers keep, and leaves none behind", async () => {
    const auth = made();
    issuer.wrong = { name: "A".repeat(6000) };
    await signedIn(auth);
    const pieces = [...browser.cookies.keys()].filter((name) => name.startsWith("__Host-ntt-auth."));
    expect(pieces.length).toBeGreaterThan(2);
    for (const line of browser.set) expect(line.length).toBeLessThan(4096);
    expect((await auth.auth(browser.jar))?.user.name).toHaveLength(6000);
    issuer.wrong = {};
    await signedIn(auth);
    expect([...browser.cookies.keys()]).toEqual(["__Host-ntt-auth.0"]);
  });

  test("needs a secret that nobody guesses", () => {
    expect(() => made({ secret: "short" })).toThrow("secret");
    expect(() => made({ secret: [] })).toThrow("secret");
  });
});

describe("endings", () => {
  test("take effect by the verifier, and an outage lets nobody in", async () => {
    const revoked = made({ verifier: { verify: () => Promise.reject(new TokenRevoked()) } });
    await signedIn(revoked);
    expect(await revoked.auth(browser.jar)).toBeNull();
    const told = await revoked.handlers.GET(browser.request("/api/auth/session"));
    expect(await told.json()).toBeNull();
    const down = made({ verifier: { verify: () => Promise.reject(new Error("down")) } });
    await expect(down.auth(browser.jar)).rejects.toThrow("down");
  });

  test("are looked for by a verifier of its own, which refuses what is no access token", async () => {
    const auth = made({ verifier: undefined });
    await signedIn(auth);
    expect(await auth.auth(browser.jar)).toBeNull();
    expect(await auth.getToken(browser.jar)).toBeNull();
  });

  test("arrive by back-channel logout, from the issuer alone", async () => {
    const auth = made();
    await signedIn(auth);
    const tell = async (claims: Record<string, unknown>, typ = "logout+jwt") => {
      const body = new URLSearchParams({ logout_token: await issuer.sign(claims, typ) });
      return (
        await auth.handlers.POST(new Request(`${BASE}/api/auth/backchannel-logout`, { method: "POST", body }))
      ).status;
    };
    const events = { [LOGOUT_EVENT]: {} };
    expect(await tell({ events }, "JWT")).toBe(400);
    expect(await tell({})).toBe(400);
    expect(await tell({ events, nonce: "x" })).toBe(400);
    expect(await tell({ events, aud: "another" })).toBe(400);
    expect(await auth.auth(browser.jar)).not.toBeNull();
    expect(await tell({ events })).toBe(200);
    expect(await auth.auth(browser.jar)).toBeNull();
  });

  test("are told in few words: a body that does not end is not read to its end", async () => {
    let sent = 0;
    const body = new ReadableStream({
      pull(stream) {
        sent += 1;
        if (sent > 100) stream.close();
        else stream.enqueue(new Uint8Array(8192).fill(97));
      },
    });
    const init = { method: "POST", body, duplex: "half" } as RequestInit;
    const response = await made().handlers.POST(new Request(`${BASE}/api/auth/backchannel-logout`, init));
    expect(response.status).toBe(413);
    expect(sent).toBeLessThan(10);
  });

  test("by signing out forget the session here even where the server is down", async () => {
    await signedIn(made());
    const cold = made(); // another process, which has not read the endpoints
    issuer.down = 503;
    const request = browser.request("/api/auth/logout", { method: "POST", headers: { Origin: BASE } });
    const response = browser.take(await cold.handlers.POST(request));
    expect(response.status).toBe(503);
    expect(browser.cookies.size).toBe(0);
  });

  test.each(["https://evil.example", "null", undefined])("are not begun by a page of %s", async (origin) => {
    const auth = made();
    await signedIn(auth);
    const headers: Record<string, string> = origin ? { Origin: origin } : {};
    const response = await auth.handlers.POST(
      browser.request("/api/auth/logout", { method: "POST", headers }),
    );
    expect(response.status).toBe(403);
    expect(await auth.auth(browser.jar)).not.toBeNull();
  });

  test("by signing out end the session here and there, with no token in an address", async () => {
    const auth = made();
    await signedIn(auth);
    const request = browser.request("/api/auth/logout", { method: "POST", headers: { Origin: BASE } });
    const response = browser.take(await auth.handlers.POST(request));
    expect(browser.cookies.size).toBe(0);
    expect(issuer.revoked).toEqual(["refresh-2"]);
    const page = await response.text();
    expect(page).toContain(`action="${issuer.url}/logout"`);
    expect(page).toMatch(/name="id_token_hint" value="eyJ/);
    expect((await auth.handlers.GET(browser.request("/api/auth/logout"))).status).toBe(404);
  });
});

describe("the proxy", () => {
  test("sends who is not signed in to sign in, and lets pages pass that need nobody", async () => {
    const pass = made().proxy({ protect: ["/orders"] });
    const response = await pass(browser.request("/orders/1?x=2"));
    expect(response.headers.get("Location")).toBe(`${BASE}/api/auth/login?returnTo=%2Forders%2F1%3Fx%3D2`);
    expect((await pass(browser.request("/orders", { method: "POST" }))).status).toBe(401);
    for (const path of ["/", "/ordersx", "/api/auth/login"])
      expect((await pass(browser.request(path))).headers.get("x-middleware-next")).toBe("1");
  });

  test.each([
    "/%6frders",
    "/%6Frders/1",
    "/orders%2f1",
    "//orders",
    "/%2forders",
    "/orders%2F..%2fx",
    "/%ff",
    "/%",
  ])("takes %s for the page that Next may answer it by", async (path) => {
    const response = await made().proxy({ protect: ["/orders"] })(new Request(`${BASE}${path}`));
    expect(response.status).toBe(307);
  });

  test("protects what Next calls the path, beside the path itself, and paths beyond ASCII", async () => {
    const pass = made().proxy({ protect: ["/orders", "/größe"] });
    const based = Object.assign(browser.request("/shop/orders"), { nextUrl: { pathname: "/orders" } });
    expect((await pass(based)).status).toBe(307);
    expect((await pass(browser.request("/gr%c3%b6%c3%9fe"))).status).toBe(307);
    const handlers = made().proxy({ protect: ["/"] });
    expect((await handlers(browser.request("/api/auth/login"))).status).toBe(200);
    expect((await handlers(browser.request("/api/auth/..%2f..%2forders"))).status).toBe(307);
  });

  test("refreshes once for parallel requests, and hands the new session on", async () => {
    const auth = made();
    issuer.expiresIn = 30;
    await signedIn(auth);
    issuer.expiresIn = 300;
    const pass = auth.proxy({ protect: ["/orders"] });
    const all = await Promise.all(Array.from({ length: 10 }, () => pass(browser.request("/orders"))));
    expect(issuer.forms).toHaveLength(3);
    for (const response of all)
      expect(response.headers.get("x-middleware-request-cookie")).toContain("__Host-ntt-auth.0=");
    browser.take(all[0] as Response);
    expect(await auth.getToken(browser.jar)).toMatch(/^access-3-/);
  });

  test("lets no shared cache keep a page that comes with a new session", async () => {
    const auth = made();
    issuer.expiresIn = 30;
    await signedIn(auth);
    const pass = auth.proxy();
    expect((await pass(browser.request("/"))).headers.get("Cache-Control")).toBe("private, no-store");
    issuer.expiresIn = 300;
    await signedIn(auth);
    expect((await pass(browser.request("/"))).headers.get("Cache-Control")).toBeNull();
  });

  test("keeps the new pair where its ID token cannot be checked, and refuses another person's", async () => {
    const auth = made();
    issuer.expiresIn = 30;
    await signedIn(auth);
    issuer.kid = "two"; // a key that has to be read
    vi.useFakeTimers({ toFake: ["Date", "performance"] });
    const later = () => {
      vi.setSystemTime(Date.now() + 31_000);
      vi.advanceTimersByTime(31_000);
    };
    later();
    issuer.down = 503;
    browser.take(await auth.proxy()(browser.request("/")));
    expect(await auth.getToken(browser.jar)).toMatch(/^access-3-/);
    issuer.down = undefined;
    later();
    browser.take(await auth.proxy()(browser.request("/")));
    expect(issuer.forms.at(-1)?.refresh_token).toBe("refresh-3");
    issuer.wrong = { sub: "mallory" };
    later();
    const response = await auth.proxy({ protect: ["/orders"] })(browser.request("/orders"));
    expect(response.status).toBe(503);
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  test("lets a living session pass while the server is down, and drops one that it ended", async () => {
    const auth = made();
    issuer.expiresIn = 30;
    await signedIn(auth);
    const pass = auth.proxy({ protect: ["/orders"] });
    issuer.refusal = { status: 503, error: "x" };
    expect((await pass(browser.request("/orders"))).headers.get("x-middleware-next")).toBe("1");
    issuer.refusal = { status: 400, error: "invalid_grant" };
    expect(browser.take(await pass(browser.request("/orders"))).status).toBe(307);
    expect(browser.cookies.size).toBe(0);
  });
});
