import { describe, expect, test, vi } from "vitest";
import { client, issuer, signedIn, tab } from "./signing.js";

describe("signing in", () => {
  test("asks by code and PKCE, with state and nonce", async () => {
    await client().login({ acrValues: "aal2", maxAge: 0 });
    const asked = new URL(tab.left[0]?.url as string).searchParams;
    expect(asked.get("response_type")).toBe("code");
    expect(asked.get("code_challenge_method")).toBe("S256");
    expect(asked.get("resource")).toBe(`${issuer.url}/orders`);
    expect(asked.get("redirect_uri")).toBe("https://shop.example/");
    expect(asked.get("max_age")).toBe("0");
    for (const name of ["state", "nonce", "code_challenge"]) expect(asked.get(name)).toHaveLength(43);
  });

  test("comes back to where it began, without a code in the address", async () => {
    const found = await signedIn();
    expect(found.state).toMatchObject({ isSignedIn: true, isLoading: false, error: undefined });
    expect(found.user).toMatchObject({ sub: "ada", name: "Ada", emailVerified: true });
    expect(tab.address).toBe("https://shop.example/cart?a=1");
  });

  test("keeps no token in any storage", async () => {
    const found = await signedIn();
    await found.getToken();
    const kept = JSON.stringify([{ ...sessionStorage }, { ...localStorage }]);
    expect(kept).not.toMatch(/access-|refresh-|eyJ/);
  });

  test("takes an answer once", async () => {
    await client().login();
    const back = issuer.authorize(tab.left[0]?.url as string);
    tab.open(back);
    await client().start();
    tab.open(back);
    const again = client();
    await again.start();
    expect(again.state.error).toMatchObject({ code: "sign_in_failed" });
    expect(issuer.forms).toHaveLength(1);
  });

  test("starts once, however often it is asked", async () => {
    await client().login();
    tab.open(issuer.authorize(tab.left[0]?.url as string));
    const found = client();
    await Promise.all([found.start(), found.start(), found.getToken()]);
    expect(issuer.forms).toHaveLength(1);
  });

  test.each([
    ["state", "another"],
    ["iss", "https://evil.example"],
    ["iss", ""],
  ])("refuses an answer with %s '%s', and sends its code nowhere", async (name, value) => {
    await client().login();
    const back = new URL(issuer.authorize(tab.left[0]?.url as string));
    back.searchParams.set(name, value);
    tab.open(back.href);
    const found = client();
    await found.start();
    expect(found.state).toMatchObject({ isSignedIn: false, error: { code: "sign_in_failed" } });
    expect(tab.address).not.toContain("code=");
    expect(issuer.forms).toEqual([]);
  });

  test.each([
    { nonce: "another" },
    { aud: "another" },
    { aud: ["web", "another"] },
    { iss: "https://evil.example" },
    { exp: 1 },
  ])("refuses an ID token that says %j", async (wrong) => {
    issuer.wrong = wrong;
    const found = await signedIn();
    expect(found.state).toMatchObject({ isSignedIn: false, error: { code: "sign_in_failed" } });
    await expect(found.getToken()).rejects.toMatchObject({ code: "token_missing" });
  });

  test("leads to no other origin afterwards", async () => {
    await client().login({ returnTo: "//evil.example/x" });
    tab.open(issuer.authorize(tab.left[0]?.url as string));
    await client().start();
    expect(tab.address).toBe("https://shop.example/");
  });

  test("tells what the server refused", async () => {
    await client().login();
    tab.open(issuer.authorize(tab.left[0]?.url as string, "access_denied"));
    const found = client();
    await found.start();
    expect(found.state.error).toMatchObject({ code: "access_denied" });
  });
});

describe("after a reload", () => {
  test("asks the server without a page, and is signed in again", async () => {
    await signedIn();
    tab.open("https://shop.example/orders?page=2");
    await client().start();
    const asked = tab.left.at(-1)?.url as string;
    expect(new URL(asked).searchParams.get("prompt")).toBe("none");
    tab.open(issuer.authorize(asked));
    const found = client();
    await found.start();
    expect(found.state.isSignedIn).toBe(true);
    expect(tab.address).toBe("https://shop.example/orders?page=2");
  });

  test("remembers login_required, and asks no more", async () => {
    await signedIn();
    tab.open("https://shop.example/");
    await client().start();
    tab.open(issuer.authorize(tab.left.at(-1)?.url as string, "login_required"));
    const found = client();
    await found.start();
    expect(found.state).toMatchObject({ isSignedIn: false, isLoading: false, error: undefined });
    const before = tab.left.length;
    tab.open("https://shop.example/");
    await client().start();
    expect(tab.left).toHaveLength(before);
  });

  test("does not ask again where the answer never came", async () => {
    await signedIn();
    tab.open("https://shop.example/");
    await client().start();
    const before = tab.left.length;
    tab.open("https://shop.example/");
    const found = client();
    await found.start();
    expect(tab.left).toHaveLength(before);
    expect(found.state.isLoading).toBe(false);
  });

  test("asks nobody who never signed in", async () => {
    await client().start();
    expect(tab.left).toEqual([]);
  });

  test("needs no redirect with the shared store", async () => {
    await signedIn({ store: "shared" });
    tab.open("https://shop.example/");
    const found = client({ store: "shared" });
    await found.start();
    expect(found.state.isSignedIn).toBe(true);
    expect(tab.left).toHaveLength(1);
  });
});

describe("tokens", () => {
  test("without scopes, the API's token is the next one", async () => {
    const found = await signedIn({ scopes: undefined });
    expect(await found.getToken()).toBe(`access-2-for-${issuer.url}/orders`);
  });

  test("are refreshed once for everybody who asks at the same time", async () => {
    issuer.expiresIn = 30;
    const found = await signedIn();
    issuer.expiresIn = 300;
    const got = await Promise.all(Array.from({ length: 20 }, () => found.getToken()));
    expect(new Set(got)).toEqual(new Set([`access-2-for-${issuer.url}/orders`]));
    expect(issuer.forms).toHaveLength(2);
  });

  test("of several audiences do not use up each other's refresh token", async () => {
    const found = await signedIn();
    const got = await Promise.all(["a", "b", "c"].map((audience) => found.getToken({ audience })));
    expect(got).toEqual(["access-2-for-a", "access-3-for-b", "access-4-for-c"]);
  });

  test("are given out while they live, though the refresh fails, which cools down", async () => {
    issuer.expiresIn = 30;
    const found = await signedIn();
    issuer.refusal = { status: 503, error: "temporarily_unavailable" };
    expect(await found.getToken()).toContain("access-1");
    expect(await found.getToken()).toContain("access-1");
    expect(issuer.forms).toHaveLength(2);
    vi.useFakeTimers({ now: Date.now() + 40_000, toFake: ["Date"] });
    await expect(found.getToken()).rejects.toMatchObject({ code: "server_unavailable" });
    expect(found.state.isSignedIn).toBe(true);
    issuer.refusal = undefined;
    vi.setSystemTime(Date.now() + 10_000);
    expect(await found.getToken()).toContain("access-2");
  });

  test("end with the session that the server ended", async () => {
    const found = await signedIn();
    const heard = vi.fn();
    found.subscribe(heard);
    issuer.refusal = { status: 400, error: "invalid_grant" };
    await expect(found.getToken({ minValidity: 1000 })).rejects.toMatchObject({ code: "token_missing" });
    expect(found.state.isSignedIn).toBe(false);
    expect(heard).toHaveBeenCalled();
  });
});

test("signing out posts the ID token to the server, and puts it into no address", async () => {
  const found = await signedIn({ postLogoutRedirectUri: "https://shop.example/bye" });
  await found.logout();
  expect(found.state.isSignedIn).toBe(false);
  expect(tab.left.at(-1)).toMatchObject({
    url: `${issuer.url}/logout`,
    form: { client_id: "web", post_logout_redirect_uri: "https://shop.example/bye" },
  });
  expect(tab.left.at(-1)?.form?.id_token_hint).toMatch(/^eyJ/);
  tab.open("https://shop.example/");
  await client().start();
  expect(tab.left).toHaveLength(2);
});
