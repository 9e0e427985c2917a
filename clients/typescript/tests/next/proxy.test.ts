import { describe, expect, test, vi } from "vitest";
import { BASE, browser, issuer, made, signedIn } from "./site.js";

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
