import { describe, expect, test } from "vitest";
import { TokenRevoked } from "../../src/errors.js";
import { BASE, browser, issuer, LOGOUT_EVENT, made, signedIn } from "./site.js";

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
