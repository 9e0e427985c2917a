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

test("a key is believed for ten minutes, and then only if the issuer still has it", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const old = await issuer.sign({});
  await server.statement(old, {});
  vi.setSystemTime(Date.now() + 590_000);
  await server.statement(old, {});
  expect(issuer.keysRead).toBe(1);
  issuer.kid = "two"; // "one" was withdrawn
  vi.setSystemTime(Date.now() + 20_000);
  await expect(server.statement(old, {})).rejects.toThrow("unknown key");
  await server.statement(await issuer.sign({}), {});
  expect(issuer.keysRead).toBe(2);
});

test("keys that cannot be read again are believed no longer", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const token = await issuer.sign({});
  await server.statement(token, {});
  issuer.down = 503;
  vi.setSystemTime(Date.now() + 610_000);
  await expect(server.statement(token, {})).rejects.toMatchObject({ code: "server_unavailable" });
  issuer.down = undefined;
  expect(await server.statement(token, {})).toMatchObject({ sub: "ada" });
});
