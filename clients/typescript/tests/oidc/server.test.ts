import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AuthorizationServer } from "../../src/oidc/server.js";
import { FakeIssuer } from "./issuer.js";

let issuer: FakeIssuer;
let server: AuthorizationServer;

beforeEach(async () => {
  issuer = await new FakeIssuer().start();
  server = new AuthorizationServer({ issuer: issuer.url, clientId: "web" });
});

afterEach(async () => {
  vi.useRealTimers();
  await issuer.stop();
});

/** Let time pass, on both clocks. */
function later(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1000);
  vi.advanceTimersByTime(seconds * 1000);
}

test("a key is believed for ten minutes, and then only if the issuer still has it", async () => {
  vi.useFakeTimers({ toFake: ["Date", "performance"] });
  const old = await issuer.sign({ exp: 9e9 });
  await server.statement(old, {});
  later(590);
  await server.statement(old, {});
  expect(issuer.keysRead).toBe(1);
  issuer.kid = "two"; // "one" was withdrawn
  later(20);
  await expect(server.statement(old, {})).rejects.toThrow("key and algorithm");
  expect(issuer.keysRead).toBeGreaterThan(1);
  await server.statement(await issuer.sign({ exp: 9e9 }), {});
});

test("the last good keys serve for an hour while they cannot be read, and are read again after that", async () => {
  vi.useFakeTimers({ toFake: ["Date", "performance"] });
  const token = await issuer.sign({ exp: 9e9 });
  await server.statement(token, {});
  issuer.down = 503;
  later(610);
  expect(await server.statement(token, {})).toMatchObject({ sub: "ada" });
  later(2900);
  expect(await server.statement(token, {})).toMatchObject({ sub: "ada" });
  later(3600);
  await expect(server.statement(token, {})).rejects.toMatchObject({ code: "keys_unavailable" });
  issuer.down = undefined;
  later(60);
  expect(await server.statement(token, {})).toMatchObject({ sub: "ada" });
});

test("a hundred statements at once read the keys and the discovery once", async () => {
  const token = await issuer.sign({});
  await Promise.all(Array.from({ length: 100 }, () => server.statement(token, {})));
  expect([issuer.keysRead, issuer.discoveryRead]).toEqual([1, 1]);
});
