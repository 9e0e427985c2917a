import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AuthError, TokenExpired, TokenInvalid, TokenRevoked, Verifier } from "../src/index.js";
import type { Row } from "../src/revocations.js";
import { later } from "./clock.js";
import { AUDIENCE, Issuer } from "./servers.js";

const digest = (text: string) => createHash("sha256").update(text).digest();
const subject = (text: string) => digest(text).subarray(0, 16).toString("base64url");
const row = (kind: string, id: string): Row => {
  return { kind, subject: subject(`${kind}:${id}`), issued_before: null, expires_at: "2100-01-01T00:00:00Z" };
};

let server: Issuer;
let verifier: Verifier;
beforeEach(async () => {
  server = await Issuer.start();
  verifier = new Verifier({ issuer: server.issuer, audience: AUDIENCE });
});
afterEach(async () => {
  vi.restoreAllMocks();
  verifier.close();
  await server.stop();
});

it("a good token says whom it speaks for, and 1000 cold ones read the keys once", async () => {
  const token = server.token();
  const all = await Promise.all(Array.from({ length: 1000 }, () => verifier.verify(token)));
  expect(all[999]?.sub).toBe("ada");
  expect(server.count("jwks.json")).toBe(1);
});

it.each([
  ["another audience", { aud: "x" }, {}],
  ["a list of audiences", { aud: [AUDIENCE] }, {}],
  ["another issuer", { iss: "x" }, {}],
  ["no exp", { exp: undefined }, {}],
  ["a text as exp", { exp: "9999999999" }, {}],
  ["a token of the future", { iat: Date.now() }, {}],
  ["another typ", {}, { typ: "JWT" }],
  ["alg none", {}, { alg: "none" }],
  ["crit", {}, { crit: ["exp"] }],
  ["an unknown kid", {}, { kid: "two" }],
])("refused: %s", async (_, claims, header) => {
  await expect(verifier.verify(server.token(claims, header))).rejects.toBeInstanceOf(TokenInvalid);
});

it("an expired token is told so, with 30 seconds of leeway", async () => {
  const now = Math.floor(Date.now() / 1000);
  await expect(verifier.verify(server.token({ exp: now - 31 }))).rejects.toBeInstanceOf(TokenExpired);
  expect((await verifier.verify(server.token({ exp: now - 20 }))).sub).toBe("ada");
});

it("10,000 mutated tokens are refused with an AuthError", async () => {
  const token = server.token();
  for (let i = 0; i < 10_000; i++) {
    const at = (i * 7919) % token.length;
    const changed = token.slice(0, at) + String.fromCharCode(33 + ((i * 31) % 94)) + token.slice(at + 1);
    if (changed === token) continue;
    const outcome = await verifier.verify(changed).catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(AuthError);
  }
  expect(server.count("jwks.json")).toBeLessThanOrEqual(2);
});

describe("a revoked token", () => {
  it("is refused though it was remembered, across pages and a restarted feed", async () => {
    verifier.close();
    verifier = new Verifier({ issuer: server.issuer, audience: AUDIENCE, background: false });
    await verifier.verify(server.token());
    server.feed = {
      id: "b",
      page: 1,
      rows: [row("session", "x"), row("session", "y"), row("session", "s1")],
    };
    await verifier.warm();
    await expect(verifier.verify(server.token())).rejects.toBeInstanceOf(TokenRevoked);
    expect(verifier.status().revocations).toBe(3);
  });

  it("stays refused while the feed answers garbage", async () => {
    server.feed.rows.push(row("user", "ada"));
    await expect(verifier.verify(server.token())).rejects.toBeInstanceOf(TokenRevoked);
    server.answers.set("/api/v1/tokens/revocations", (_, response) => response.end("{}"));
    await verifier.warm();
    await expect(verifier.verify(server.token())).rejects.toBeInstanceOf(TokenRevoked);
  });
});

it("strict refuses with 503 where the feed was never read, eventual goes on", async () => {
  server.answers.set("/api/v1/tokens/revocations", (_, response) => response.writeHead(500).end());
  expect((await verifier.verify(server.token())).sub).toBe("ada");
  const strict = new Verifier({ issuer: server.issuer, audience: AUDIENCE, revocation: "strict" });
  await expect(strict.verify(server.token())).rejects.toMatchObject({ code: "revocations_unavailable" });
  strict.close();
});

describe("strict that may ask the server", () => {
  const path = "/api/v1/tokens/verify";
  const asking = () =>
    new Verifier({ issuer: server.issuer, audience: AUDIENCE, revocation: "strict", introspect: true });
  const answering = (status: number, body: string) => {
    server.answers.set(path, (_, response) => response.writeHead(status).end(body));
  };
  beforeEach(() => {
    verifier.close();
    verifier = asking();
    server.answers.set("/api/v1/tokens/revocations", (_, response) => response.writeHead(500).end());
  });

  it("believes what it says, of each token anew", async () => {
    answering(200, '{"active": true}');
    await verifier.verify(server.token());
    answering(200, '{"active": false}');
    await expect(verifier.verify(server.token())).rejects.toBeInstanceOf(TokenRevoked);
    expect(server.count(path)).toBe(2);
  });

  it.each([
    [500, ""],
    [200, "garbage"],
    [200, "null"],
    [200, '{"active": "true"}'],
    [200, '{"active": false, "active": true}'],
  ])("refuses with 503 where it answers %i %s", async (status, body) => {
    answering(status, body);
    const refused = expect(verifier.verify(server.token())).rejects;
    await refused.toMatchObject({ code: "revocations_unavailable", status: 503 });
  });

  it("sends its own audience along, and no token in the address", async () => {
    let sent = "";
    server.answers.set(path, async (request, response) => {
      for await (const chunk of request) sent += chunk;
      response.end('{"active": true}');
    });
    const token = server.token();
    await verifier.verify(token);
    expect(JSON.parse(sent)).toEqual({ token, audience: AUDIENCE });
    expect(server.asked.join()).not.toContain(token.slice(0, 20));
  });

  it("does not ask while the feed is read", async () => {
    server.answers.clear();
    await verifier.verify(server.token());
    expect(server.count(path)).toBe(0);
  });
});

it("garbage is refused without asking anybody", async () => {
  const garbage = ["", "a.b.c", "x".repeat(20_000), server.token({}, { typ: "JWT" }), 7 as unknown as string];
  for (const token of garbage) await expect(verifier.verify(token)).rejects.toBeInstanceOf(TokenInvalid);
  expect(server.asked).toEqual([]);
});

it("what is remembered is bounded, and no token can be seen in it", async () => {
  const small = new Verifier({ issuer: server.issuer, audience: AUDIENCE, revocation: "off", cacheSize: 3 });
  const tokens = Array.from({ length: 5 }, (_, i) => server.token({ jti: `t${i}` }));
  for (const token of tokens) await small.verify(token);
  expect(small.status().cached).toBe(3);
  const seen = inspect(small, { depth: 9, showHidden: true });
  for (const token of tokens) expect(seen).not.toContain(token.slice(-40));
});

it("without a timer, who begins to read a feed that fails waits for it, and nobody else", async () => {
  verifier.close();
  const options = { issuer: server.issuer, audience: AUDIENCE, background: false };
  const edge = new Verifier({ ...options, jwks: { keys: server.jwks } });
  server.answers.set("/api/v1/tokens/revocations", (_, response) => response.writeHead(500).end());
  await edge.verify(server.token());
  later(3);
  let answer = () => {};
  const hanging = new Promise<void>((asked) => {
    server.answers.set("/api/v1/tokens/revocations", (_, response) => {
      answer = () => response.writeHead(500).end();
      asked();
    });
  });
  let over = false;
  const first = edge.verify(server.token({ jti: "t2" })).then(() => {
    over = true;
  });
  await hanging;
  await edge.verify(server.token());
  expect(over).toBe(false);
  answer();
  await first;
});
