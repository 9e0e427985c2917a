import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { afterEach, describe, expect, it } from "vitest";
import * as forExpress from "../../src/express.js";
import * as forFastify from "../../src/fastify.js";
import * as forHono from "../../src/hono.js";
import { KeysUnavailable, TokenExpired, TokenInvalid, TokenRevoked, Verifier } from "../../src/index.js";
import { createTestIssuer, mintToken, type Revocation } from "../../src/testing/index.js";
import { contract, type Party } from "./contract.js";

const options = { issuer: "https://id.example.com", audience: "https://api.example.com/orders" };
let issuer = createTestIssuer(options);
let verifier = new Verifier({ ...options, fetch: issuer.fetch });
afterEach(() => {
  issuer.close();
  verifier.close();
  issuer = createTestIssuer(options);
  verifier = new Verifier({ ...options, fetch: issuer.fetch });
});

const claim = (token: string, name: string): string =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString())[name];

describe("the contract that the server keeps as well", () => {
  contract((): Party => {
    const { audience, fetch } = issuer;
    return {
      issuer: issuer.issuer,
      audience,
      fetch,
      person: () => issuer.mintToken({ scopes: ["orders:read", "orders:write"] }),
      service: () => issuer.service({ scopes: ["orders:read"] }),
      credentials: ["billing", "any secret"],
      endSession: async (token) => issuer.revoke({ session: claim(token, "sid") }),
      disable: async (token) => issuer.revoke({ user: claim(token, "sub") }),
      enable: async () => undefined,
      rotateKeys: async () => issuer.rotateKeys(),
      restartFeed: async () => issuer.restartFeed(),
    };
  });
});

it("says in a token what is asked for", async () => {
  const token = await issuer.mintToken({
    sub: "ada",
    tenant: "shop",
    scopes: ["a", "b"],
    roles: ["admin"],
    permissions: ["orders:refund"],
    acr: "aal2",
    authTime: 1_700_000_000,
    claims: { plan: "gold" },
  });
  const me = await verifier.verify(token);
  expect(me).toMatchObject({ sub: "ada", tenant: "shop", acr: "aal2", authTime: 1_700_000_000 });
  expect(me.hasScope("b") && me.hasRole("admin") && me.hasPermission("orders:refund")).toBe(true);
  expect([me.amr, me.claims.plan]).toEqual([["pwd", "otp", "mfa"], "gold"]);
});

it("mints what must be refused", async () => {
  await expect(verifier.verify(await issuer.expired())).rejects.toBeInstanceOf(TokenExpired);
  await expect(verifier.verify(await issuer.wrongAudience())).rejects.toThrow("Expected aud");
  await expect(verifier.verify(await issuer.idToken())).rejects.toThrow("Expected typ");
  expect((await verifier.verify(await issuer.service())).isService).toBe(true);
});

it.each(["ES256", "RS256", "EdDSA"] as const)("signs by %s", async (algorithm) => {
  const other = createTestIssuer({ ...options, algorithm });
  const one = new Verifier({ ...options, fetch: other.fetch, algorithms: [algorithm] });
  expect((await one.verify(await other.mintToken())).sub).toBe(other.sub);
  one.close();
});

describe("a revocation is seen by the next request", () => {
  const endings: [string, (token: string) => Revocation][] = [
    ["session", (token) => ({ session: claim(token, "sid") })],
    ["token", (token) => ({ token })],
    ["jti", (token) => ({ token: claim(token, "jti") })],
    ["user", () => ({ user: issuer.sub })],
    ["membership", () => ({ membership: { tenant: issuer.tenant, sub: issuer.sub } })],
    ["application", () => ({ application: "test" })],
    ["tenant", () => ({ tenant: issuer.tenant })],
    ["key", (token) => ({ key: JSON.parse(atob(token.split(".")[0] ?? "")).kid })],
  ];
  it.each(endings)("of a %s", async (_, what) => {
    const token = await issuer.mintToken();
    await verifier.verify(token);
    issuer.revoke(what(token));
    await expect(verifier.verify(token)).rejects.toBeInstanceOf(TokenRevoked);
    await verifier.verify(await issuer.mintToken()); // whoever comes later is none of the refused
  });

  it("again and again within one second", async () => {
    for (let i = 0; i < 5; i++) {
      const token = await issuer.mintToken();
      await verifier.verify(token);
      issuer.revoke({ user: issuer.sub });
      await expect(verifier.verify(token)).rejects.toBeInstanceOf(TokenRevoked);
    }
  });

  it("takes one thing", () => {
    expect(() => issuer.revoke({})).toThrow("takes one of");
  });
});

it("signs by one key, however many tokens are wanted at once", async () => {
  const tokens = await Promise.all(Array.from({ length: 200 }, () => issuer.mintToken()));
  expect(new Set(tokens.map((token) => token.split(".")[0])).size).toBe(1);
});

it("rotates keys as often as a test likes", async () => {
  for (let i = 0; i < 3; i++) {
    await verifier.verify(await issuer.mintToken());
    issuer.rotateKeys();
  }
});

it("without its keys a new verifier is unavailable, and good again as soon as they are back", async () => {
  const token = await issuer.mintToken();
  issuer.keyServerDown();
  await expect(verifier.verify(token)).rejects.toBeInstanceOf(KeysUnavailable);
  issuer.keyServerDown(false);
  await verifier.verify(token);
  issuer.keyServerDown();
  await verifier.verify(await issuer.mintToken()); // the keys in hand are still good
});

it("without its feed a strict verifier refuses", async () => {
  issuer.feedDown();
  const strict = new Verifier({ ...options, fetch: issuer.fetch, revocation: "strict" });
  await expect(strict.verify(await issuer.mintToken())).rejects.toMatchObject({ status: 503 });
  issuer.feedDown(false);
  await strict.verify(await issuer.mintToken());
  strict.close();
});

it("pages its feed, a thousand rows each", async () => {
  const token = await issuer.mintToken({ sid: "last" });
  for (let i = 0; i < 2500; i++) issuer.revoke({ session: `s${i}` });
  issuer.revoke({ session: "last" });
  await expect(verifier.verify(token)).rejects.toBeInstanceOf(TokenRevoked);
  expect(verifier.status().revocations).toBe(2501);
});

describe("installed", () => {
  it("is reached by globalThis.fetch until it is closed, and only for its own addresses", async () => {
    const before = globalThis.fetch;
    issuer.install();
    const answer = await fetch(`${options.issuer}/.well-known/openid-configuration`);
    expect(((await answer.json()) as { issuer: string }).issuer).toBe(options.issuer);
    expect((await fetch(`${options.issuer}/nothing`)).status).toBe(404);
    await expect(fetch("http://127.0.0.1:1/")).rejects.toThrow();
    issuer.close();
    expect(globalThis.fetch).toBe(before);
  });

  it("two of them live side by side", async () => {
    const other = createTestIssuer({ ...options, issuer: "https://other.example.com" }).install();
    issuer.install();
    const theirs = new Verifier({ ...options, issuer: other.issuer });
    const token = await other.mintToken();
    await theirs.verify(token);
    other.revoke({ token });
    await expect(theirs.verify(token)).rejects.toBeInstanceOf(TokenRevoked);
    await expect(theirs.verify(await mintToken())).rejects.toBeInstanceOf(TokenInvalid);
    theirs.close();
    issuer.close();
    other.close();
  });

  it("gives mintToken what it mints from", async () => {
    await expect(mintToken()).rejects.toThrow("No test issuer is installed");
    issuer.install();
    expect((await verifier.verify(await mintToken({ scopes: ["orders:read"] }))).scopes.size).toBe(1);
  });
});

describe("an application under test", () => {
  const made: [string, () => Promise<(headers: HeadersInit) => Promise<Response>>][] = [
    ["Express", expressApp],
    ["Fastify", fastifyApp],
    ["Hono", honoApp],
  ];
  it.each(made)("of %s", async (_, start) => {
    issuer.install();
    const ask = await start();
    const status = async (headers: HeadersInit) => (await ask(headers)).status;
    const good = await issuer.headers({ scopes: ["orders:read"] });
    expect(await status(good)).toBe(200);
    expect(await status({})).toBe(401);
    expect(await status(await issuer.headers())).toBe(403);
    expect(await status(await issuer.headers(issuer.expired()))).toBe(401);
    issuer.revoke({ user: issuer.sub });
    expect(await status(good)).toBe(401);
    await ended?.();
  });

  let ended: (() => unknown) | undefined;

  async function listening(server: Server): Promise<(headers: HeadersInit) => Promise<Response>> {
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    ended = () => server.close();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/orders`;
    return (headers) => fetch(url, { headers });
  }

  async function expressApp() {
    const app = express();
    app.use(forExpress.auth(options));
    app.get("/orders", forExpress.requireScopes("orders:read"), (req, res) => {
      res.json({ sub: req.auth.sub });
    });
    return listening(createServer(app));
  }

  async function fastifyApp() {
    const app = fastify();
    await app.register(forFastify.auth, options);
    const preHandler = forFastify.requireScopes("orders:read");
    app.get("/orders", { preHandler }, async (request) => ({ sub: request.auth.sub }));
    await app.listen({ port: 0, host: "127.0.0.1" });
    ended = () => app.close();
    const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/orders`;
    return (headers: HeadersInit) => fetch(url, { headers });
  }

  async function honoApp() {
    const app = new Hono();
    app.use(forHono.auth(options));
    app.get("/orders", forHono.requireScopes("orders:read"), (c) => c.json({ sub: c.get("auth").sub }));
    ended = undefined;
    return async (headers: HeadersInit) => app.request("/orders", { headers });
  }
});
