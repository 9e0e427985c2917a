import { describe, expect, test } from "vitest";
import { BASE, Browser, begun, browser, issuer, made, SECRET, signedIn } from "./site.js";

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
