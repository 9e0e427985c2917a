import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  AuthError,
  KeysUnavailable,
  TokenExpired,
  TokenInvalid,
  TokenRevoked,
  Verifier,
} from "../src/index.js";
import { type Row, subjectsOf, Table } from "../src/revocations.js";
import { sha256 } from "../src/sha256.js";
import { AUDIENCE, Issuer } from "./servers.js";

const path = new URL("../../../docs/revocation-vectors.json", import.meta.url);
const vectors = JSON.parse(readFileSync(path, "utf8"));
const digest = (text: string) => createHash("sha256").update(text).digest();
const subject = (text: string) => digest(text).subarray(0, 16).toString("base64url");
const row = (kind: string, id: string): Row => {
  return { kind, subject: subject(`${kind}:${id}`), issued_before: null, expires_at: "2100-01-01T00:00:00Z" };
};

interface Case {
  name: string;
  rows: Row[];
  claims: { iat: number };
  kid: string;
  refused: boolean;
}

let server: Issuer;
let verifier: Verifier;
beforeEach(async () => {
  server = await Issuer.start();
  verifier = new Verifier({ issuer: server.issuer, audience: AUDIENCE });
});
afterEach(async () => {
  verifier.close();
  await server.stop();
});

it("the digest is SHA-256 at every length of a block", () => {
  for (let length = 0; length < 200; length++) {
    const words = sha256("é".repeat(length));
    const hex = [...words].map((word) => word.toString(16).padStart(8, "0")).join("");
    expect(hex).toBe(digest("é".repeat(length)).toString("hex"));
  }
});

describe("the revocation vectors", () => {
  it.each(vectors.cases as Case[])("$name", ({ rows, claims, kid, refused }) => {
    const table = new Table(1000);
    for (const each of rows) table.add(each, 0);
    expect(table.refuses(subjectsOf({ ...claims }, kid), claims.iat)).toBe(refused);
  });
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

it("a member that stands twice is refused, at any depth", async () => {
  const { parseStrict } = await import("../src/json.js");
  expect(() => parseStrict('{"a":[{"b":1,"\\u0062":2}]}')).toThrow();
  expect(() => parseStrict('{"a":1e999}')).toThrow();
  expect(parseStrict('{"a":"b","b":{"a":["a","a"]}}')).toEqual({ a: "b", b: { a: ["a", "a"] } });
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

it("a key that came since is found, and one that does not fit is passed over", async () => {
  server.jwks.push({ kty: "oct", k: "AAAA", kid: "secret" }, { ...server.jwks[0], kid: "enc", use: "enc" });
  await verifier.verify(server.token());
  server.addKey("two");
  expect((await verifier.verify(server.token({}, { kid: "two" }))).sub).toBe("ada");
});

it("without keys it is unavailable, cleanly", async () => {
  server.answers.set("/.well-known/jwks.json", (_, response) => response.end("garbage"));
  await expect(verifier.verify(server.token())).rejects.toBeInstanceOf(KeysUnavailable);
});

it("a redirecting issuer is not followed", async () => {
  server.answers.set("/.well-known/jwks.json", (_, response) => {
    response.writeHead(302, { location: `${server.issuer}/elsewhere` }).end();
  });
  await expect(verifier.verify(server.token())).rejects.toBeInstanceOf(KeysUnavailable);
  expect(server.count("elsewhere")).toBe(0);
});

it("an endless key set is not read to its end", async () => {
  server.answers.set("/.well-known/jwks.json", (_, response) => {
    const more = () => {
      while (!response.destroyed && response.write(" ".repeat(65536)));
    };
    response.on("drain", more);
    more();
  });
  await expect(verifier.verify(server.token())).rejects.toThrow("larger than");
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
