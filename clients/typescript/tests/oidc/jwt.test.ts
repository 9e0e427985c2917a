import { createHash } from "node:crypto";
import { exportJWK, type GenerateKeyPairResult, generateKeyPair, SignJWT } from "jose";
import { beforeAll, expect, test } from "vitest";
import { type Jwk, verifyStatement } from "../../src/oidc/jwt.js";

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

async function read(token: string, pair = ours, more: Partial<Jwk> = {}) {
  const jwk = { ...(await exportJWK(pair.publicKey)), ...more } as Jwk;
  return await verifyStatement(token, EXPECTED, async (kid) => (kid === "one" ? jwk : undefined));
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
  const jwk = (await exportJWK(pair.publicKey)) as Jwk;
  const check = (accessToken: string) =>
    verifyStatement(token, { ...EXPECTED, accessToken }, async () => jwk);
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
  await expect(read(token, ours, { kty: "RSA" })).rejects.toThrow("unknown key");
  await expect(read(token, ours, { use: "enc" })).rejects.toThrow("unknown key");
  await expect(read(await signed("ES256", ours, { kid: "two" }))).rejects.toThrow("unknown key");
});

test.each(["", "a.b", "a.b.c", "a.b.c.d", "e30.e30.e30"])("refuses '%s'", async (token) => {
  await expect(read(token)).rejects.toMatchObject({ code: "sign_in_failed" });
});
