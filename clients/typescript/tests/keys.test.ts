import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { KeysUnavailable, TokenInvalid, Verifier } from "../src/index.js";
import { Keys } from "../src/keys.js";
import { later } from "./clock.js";
import { AUDIENCE, Issuer } from "./servers.js";

const KEY_SET = "/.well-known/jwks.json";
let server: Issuer;
let verifier: Verifier;
beforeEach(async () => {
  server = await Issuer.start();
  verifier = new Verifier({ issuer: server.issuer, audience: AUDIENCE, revocation: "off" });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await server.stop();
});

const down = () => server.answers.set(KEY_SET, (_, response) => response.writeHead(500).end());

it("a key that came since is found, and one that does not fit is passed over", async () => {
  server.jwks.push({ kty: "oct", k: "AAAA", kid: "secret" }, { ...server.jwks[0], kid: "enc", use: "enc" });
  await verifier.verify(server.token());
  server.addKey("two");
  expect((await verifier.verify(server.token({}, { kid: "two" }))).sub).toBe("ada");
});

it("a key that is no longer published lets nobody in, even where the token is remembered", async () => {
  const token = server.token();
  await verifier.verify(token);
  server.jwks = [];
  server.addKey("two");
  later(31);
  await verifier.verify(server.token({}, { kid: "two" }));
  await expect(verifier.verify(token)).rejects.toBeInstanceOf(TokenInvalid);
});

it("10,000 tokens of unknown keys cause one look in 30 seconds", async () => {
  await verifier.warm();
  const token = server.token().split(".");
  for (let i = 0; i < 10_000; i++) {
    const header = JSON.stringify({ typ: "at+jwt", alg: "ES256", kid: `k${i}` });
    const other = [Buffer.from(header).toString("base64url"), ...token.slice(1)].join(".");
    await expect(verifier.verify(other)).rejects.toThrow("none of the issuer's");
  }
  expect(server.count("jwks.json")).toBe(2);
  later(31);
  await expect(verifier.verify(server.token({}, { kid: "other" }))).rejects.toThrow();
  expect(server.count("jwks.json")).toBe(3);
});

it("they are read again after ten minutes, while the old ones serve", async () => {
  await verifier.verify(server.token());
  later(601);
  await verifier.verify(server.token());
  await vi.waitFor(() => expect(server.count("jwks.json")).toBe(2));
});

it("the last good ones serve for 24 hours", async () => {
  const token = server.token();
  await verifier.verify(token);
  down();
  later(86_390);
  await verifier.verify(token);
  await verifier.verify(server.token({ jti: "t2" }));
  later(60);
  await expect(verifier.verify(token)).rejects.toBeInstanceOf(KeysUnavailable);
});

it("while they cannot be read it does not ask for each token, and says when to come back", async () => {
  down();
  await expect(verifier.verify(server.token())).rejects.toMatchObject({ status: 503, retryAfter: 1 });
  await expect(verifier.verify(server.token())).rejects.toMatchObject({ status: 503 });
  expect(server.count("jwks.json")).toBe(1);
  later(2);
  await expect(verifier.verify(server.token())).rejects.toMatchObject({ retryAfter: 2 }); // twice as long
  server.answers.clear();
  later(4);
  await verifier.verify(server.token());
});

describe("a key server that is unavailable, cleanly", () => {
  const refused = () => expect(verifier.verify(server.token())).rejects.toBeInstanceOf(KeysUnavailable);

  it.each([
    ["garbage", "garbage"],
    ["no object", "null"],
    ["no keys", '{"keys": {}}'],
    ["none that fits", '{"keys": [null, 1, {"kty": "oct"}]}'],
  ])("because it answers %s", async (_, body) => {
    server.answers.set(KEY_SET, (_, response) => response.end(body));
    await refused();
  });

  it("because it redirects, which is not followed", async () => {
    server.answers.set(KEY_SET, (_, response) => {
      response.writeHead(302, { location: `${server.issuer}/elsewhere` }).end();
    });
    await refused();
    expect(server.count("elsewhere")).toBe(0);
  });

  it("because its answer has no end", async () => {
    server.answers.set(KEY_SET, (_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(" ".repeat(65536)));
      };
      response.on("drain", more);
      more();
    });
    await expect(verifier.verify(server.token())).rejects.toThrow("larger than");
  });

  it.each([
    ["says nothing", 0],
    ["drips", 20],
  ])("because it %s", async (_, every) => {
    server.answers.set(KEY_SET, async (_, response) => {
      while (every && !response.destroyed) {
        response.write(" ");
        await pause(every);
      }
    });
    const options = { issuer: server.issuer, audience: AUDIENCE, revocation: "off" as const, timeout: 0.1 };
    await expect(new Verifier(options).verify(server.token())).rejects.toThrow("no answer within 0.1");
  });
});

describe("the address of the keys", () => {
  const issuer = "https://id.example.com";
  const asked: string[] = [];
  const reading = (discovery: object) => {
    const fetch = async (url: string) => {
      asked.push(url);
      return Response.json(discovery);
    };
    return new Keys({ issuer, algorithms: ["ES256"], timeout: 5, fetch }).warm();
  };

  it.each([
    ["is http where the issuer is https", { issuer, jwks_uri: "http://id.example.com/jwks" }],
    ["is none", { issuer, jwks_uri: "file:///etc/keys" }],
    ["holds a password", { issuer, jwks_uri: "https://a:b@id.example.com/jwks" }],
    ["is told by another issuer", { issuer: `${issuer}/`, jwks_uri: `${issuer}/jwks` }],
  ])("is not asked where it %s", async (_, discovery) => {
    asked.length = 0;
    await expect(reading(discovery)).rejects.toBeInstanceOf(KeysUnavailable);
    expect(asked).toEqual([`${issuer}/.well-known/openid-configuration`]);
  });
});

describe("a key set that is given", () => {
  const using = (jwks: unknown) =>
    new Verifier({ issuer: server.issuer, audience: AUDIENCE, revocation: "off", jwks });

  it("is the only one, and nobody is asked", async () => {
    const given = using({ keys: server.jwks });
    await given.verify(server.token());
    await expect(given.verify(server.token({}, { kid: "two" }))).rejects.toBeInstanceOf(TokenInvalid);
    later(90_000);
    await given.verify(server.token());
    expect(server.asked).toEqual([]);
  });

  it("without a key is a fault of the configuration", async () => {
    await expect(using({ keys: [] }).verify(server.token())).rejects.toMatchObject({
      code: "configuration",
    });
  });
});
