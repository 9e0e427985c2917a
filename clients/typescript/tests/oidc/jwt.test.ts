import { createHash } from "node:crypto";
import { exportJWK, type GenerateKeyPairResult, generateKeyPair, SignJWT } from "jose";
import { beforeAll, expect, test } from "vitest";
import { ALGORITHMS, type Key, suitable } from "../../src/jwk.js";
import { isAbout, verifyStatement } from "../../src/oidc/jwt.js";

const EXPECTED = { issuer: "https://id.example", clientId: "web", nonce: "n" };
const CLAIMS = { iss: "https://id.example", aud: "web", sub: "ada", nonce: "n" };
let ours: GenerateKeyPairResult;

beforeAll(async () => {
  ours = await generateKeyPair("ES256");
});

async function signed(alg: string, pair: GenerateKeyPairResult, header = {}, more = {}): Promise<string> {
  const token = new SignJWT({ ...CLAIMS, ...more }).setProtectedHeader({ alg, kid: "one", ...header });
  return await token.setIssuedAt().setExpirationTime("1m").sign(pair.privateKey);
}

/** The key of this name, as the issuer publishes it. */
async function keyOf(pair: GenerateKeyPairResult, kid: string, more = {}): Promise<Key | undefined> {
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: "one", ...more };
  return (await suitable({ keys: [jwk] }, ALGORITHMS)).get(kid);
}

async function read(token: string, pair = ours, more = {}) {
  return await verifyStatement(token, EXPECTED, (kid) => keyOf(pair, kid, more));
}

/** Return a token of exactly these texts. */
async function written(header: string, payload: string): Promise<string> {
  const signing = [header, payload].map((part) => Buffer.from(part).toString("base64url")).join(".");
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const signature = await crypto.subtle.sign(algorithm, ours.privateKey as CryptoKey, Buffer.from(signing));
  return `${signing}.${Buffer.from(signature).toString("base64url")}`;
}

test.each(["ES256", "RS256", "EdDSA"])("takes what the issuer signed by %s", async (alg) => {
  const pair = await generateKeyPair(alg, { extractable: true });
  expect(await read(await signed(alg, pair), pair)).toMatchObject(CLAIMS);
});

test.each([
  ["ES256", "sha256"],
  ["RS256", "sha256"],
  ["EdDSA", "sha512"],
])("takes by %s no access token but the one that it came with", async (alg, hash) => {
  const pair = await generateKeyPair(alg, { extractable: true });
  const digest = createHash(hash).update("ours").digest();
  const at_hash = digest.subarray(0, digest.length / 2).toString("base64url");
  const token = await signed(alg, pair, {}, { at_hash });
  const check = (accessToken: string) =>
    verifyStatement(token, { ...EXPECTED, accessToken }, (kid) => keyOf(pair, kid));
  expect(await check("ours")).toMatchObject(CLAIMS);
  await expect(check("another")).rejects.toThrow("another access token");
});

test("refuses what somebody else signed", async () => {
  await expect(read(await signed("ES256", await generateKeyPair("ES256")))).rejects.toThrow("signature");
});

test("refuses what was changed after it was signed", async () => {
  const [head, , signature] = (await signed("ES256", ours)).split(".");
  const body = btoa(JSON.stringify({ ...CLAIMS, sub: "bob", iat: 1, exp: 9e9 })).replaceAll("=", "");
  await expect(read(`${head}.${body}.${signature}`)).rejects.toThrow("signature");
});

test.each(["none", "HS256", "ES384", "constructor", undefined])("refuses the algorithm %s", async (alg) => {
  const [, body, signature] = (await signed("ES256", ours)).split(".");
  const head = btoa(JSON.stringify({ alg, kid: "one" })).replaceAll("=", "");
  await expect(read(`${head}.${body}.${signature}`)).rejects.toThrow("algorithm");
});

test("refuses a key of another kind, use or name", async () => {
  const token = await signed("ES256", ours);
  await expect(read(token, ours, { kty: "RSA" })).rejects.toThrow("key and algorithm");
  await expect(read(token, ours, { use: "enc" })).rejects.toThrow("key and algorithm");
  await expect(read(await signed("ES256", ours, { kid: "two" }))).rejects.toThrow("key and algorithm");
});

test.each(["", "a.b", "a.b.c", "a.b.c.d", "e30.e30.e30"])("refuses '%s'", async (token) => {
  await expect(read(token)).rejects.toMatchObject({ code: "sign_in_failed" });
});

const HEADER = JSON.stringify({ alg: "ES256", kid: "one" });
const AT = Math.floor(Date.now() / 1000);
const PAYLOAD = JSON.stringify({ ...CLAIMS, iat: AT, exp: AT + 60 });

test("takes what says everything once", async () => {
  expect(await read(await written(HEADER, PAYLOAD))).toMatchObject(CLAIMS);
});

test.each([
  ["two people", HEADER, PAYLOAD.replace('"sub":', '"sub":"bob","sub":')],
  ["two clients", HEADER, PAYLOAD.replace('"aud":', '"aud":"another","\\u0061ud":')],
  ["two types", HEADER.replace("{", '{"typ":"at+jwt","typ":"JWT",'), PAYLOAD],
  ["a type that is no text", HEADER.replace("{", '{"typ":["JWT"],'), PAYLOAD],
  ["a payload without base64url", HEADER.replace("{", '{"b64":true,'), PAYLOAD],
  ["two names within", HEADER, PAYLOAD.replace("{", '{"address":{"a":1,"a":2},')],
  ["an end in an exponent", HEADER, PAYLOAD.replace(/"exp":\d+/, '"exp":9e9')],
  ["an end in a fraction", HEADER, PAYLOAD.replace(/("exp":\d+)/, "$1.5")],
])("refuses what says %s", async (_, header, payload) => {
  await expect(read(await written(header, payload))).rejects.toMatchObject({ code: "sign_in_failed" });
});

test("refuses an access token or a logout token in the place of an ID token", async () => {
  for (const typ of ["at+jwt", "logout+jwt"])
    await expect(read(await signed("ES256", ours, { typ }))).rejects.toThrow("type JWT");
});

test("tells whom an access token speaks for, and takes none that names two", async () => {
  const at = (payload: string) => written('{"typ":"at+jwt","alg":"ES256","kid":"one"}', payload);
  expect(isAbout(await at('{"sub":"ada"}'), "ada")).toBeUndefined();
  expect(isAbout("opaque", "ada")).toBeUndefined();
  expect(isAbout("not.a.jwt", "ada")).toBeUndefined();
  const [bob, both] = [await at('{"sub":"bob"}'), await at('{"sub":"bob","sub":"ada"}')];
  expect(() => isAbout(bob, "ada")).toThrow("two people");
  expect(() => isAbout(both, "ada")).toThrow("malformed");
});
