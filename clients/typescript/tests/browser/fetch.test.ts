import { describe, expect, test } from "vitest";
import { FakeIssuer } from "../oidc/issuer.js";
import { client, issuer, signedIn, tab } from "./signing.js";

describe("fetch", () => {
  test("sends the token to the audience's origin and to no other", async () => {
    const other = await new FakeIssuer().start();
    try {
      const found = await signedIn();
      await found.fetch(`${issuer.url}/orders`);
      await found.fetch(`${other.url}/orders`);
      await found.fetch(`${issuer.url.replace("127.0.0.1", "localhost")}/orders`).catch(() => {});
      expect(issuer.apiCalls[0]).toBe(`Bearer access-1-for-${issuer.url}/orders`);
      expect(issuer.apiCalls.slice(1).filter(Boolean)).toEqual([]);
      expect(other.apiCalls).toEqual([undefined]);
    } finally {
      await other.stop();
    }
  });

  test("refreshes and repeats once, body and all, where the token is refused", async () => {
    const found = await signedIn();
    issuer.challenge = () => 'Bearer error="invalid_token"';
    const response = await found.fetch(`${issuer.url}/orders`, { method: "POST", body: "{}" });
    expect(response.status).toBe(401);
    const [first, second, ...more] = issuer.apiCalls;
    expect([first, second]).toEqual([1, 2].map((n) => `Bearer access-${n}-for-${issuer.url}/orders`));
    expect(more).toEqual([]);
  });

  test.each([{ acr: "aal1" }, { auth_time: 1 }, { at_hash: "another" }])(
    "takes no answer of %j where it asked for more",
    async (wrong) => {
      await client().login({ acrValues: "aal2", maxAge: 60 });
      issuer.wrong = wrong;
      tab.open(issuer.authorize(tab.left.at(-1)?.url as string));
      const found = client();
      await found.start();
      expect(found.state).toMatchObject({ isSignedIn: false, error: { code: "sign_in_failed" } });
    },
  );

  test("takes no access token of another person from a refresh", async () => {
    const found = await signedIn();
    issuer.accessToken = await issuer.sign({ sub: "mallory" }, "at+jwt");
    await expect(found.getToken({ minValidity: 1000 })).resolves.toMatch(/^access-1-/);
    issuer.accessToken = undefined;
  });

  test("sends to a stronger sign-in, once", async () => {
    issuer.challenge = (token) =>
      token && 'Bearer error="insufficient_user_authentication", acr_values="aal2", max_age="300"';
    let found = await signedIn();
    await found.fetch(`${issuer.url}/orders`);
    const asked = tab.left.at(-1)?.url as string;
    expect(new URL(asked).searchParams.get("acr_values")).toBe("aal2");
    expect(new URL(asked).searchParams.get("max_age")).toBe("300");
    tab.open(issuer.authorize(asked));
    found = client();
    await found.start();
    const before = tab.left.length;
    await found.fetch(`${issuer.url}/orders`);
    expect(tab.left).toHaveLength(before);
  });
});
