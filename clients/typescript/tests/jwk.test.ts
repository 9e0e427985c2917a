import { generateKeyPairSync, type JsonWebKey, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Verifier } from "../src/index.js";
import { ALGORITHMS, suitable } from "../src/jwk.js";

const jwkOf = (pair: { publicKey: { export(options: { format: "jwk" }): JsonWebKey } }) =>
  pair.publicKey.export({ format: "jwk" }) as Record<string, string>;
const ec = jwkOf(generateKeyPairSync("ec", { namedCurve: "P-256" }));
const rsa = jwkOf(generateKeyPairSync("rsa", { modulusLength: 2048 }));
const weak = jwkOf(generateKeyPairSync("rsa", { modulusLength: 1024 }));
const p384 = jwkOf(generateKeyPairSync("ec", { namedCurve: "P-384" }));
const good = { ...ec, kid: "good" };

const hostile: [string, object | null][] = [
  ["a symmetric one", { kty: "oct", k: "c2VjcmV0", kid: "bad" }],
  ["RSA of 1024 bits", { ...weak, kid: "bad" }],
  ["RSA with the exponent 1", { ...rsa, e: "AQ", kid: "bad" }],
  ["RSA with an even exponent", { ...rsa, e: "Ag", kid: "bad" }],
  ["RSA with zeros before its modulus", { ...weak, n: `${"A".repeat(172)}${weak.n}`, kid: "bad" }],
  ["another curve", { ...p384, kid: "bad" }],
  ["a point off the curve", { ...ec, x: ec.y, kid: "bad" }],
  ["base64url with padding", { ...ec, x: `${ec.x}=`, kid: "bad" }],
  ["one for encryption", { ...ec, use: "enc", kid: "bad" }],
  ["one that may only sign", { ...ec, key_ops: ["sign"], kid: "bad" }],
  ["another algorithm", { ...ec, alg: "RS256", kid: "bad" }],
  ["a private one", { ...ec, d: ec.x, kid: "bad" }],
  ["one without a name", ec],
  ["one with an endless name", { ...ec, kid: "x".repeat(257) }],
  ["nothing", null],
];

it.each(hostile)("%s is passed over, the others work", async (_, jwk) => {
  expect([...(await suitable({ keys: [jwk, good] }, ALGORITHMS)).keys()]).toEqual(["good"]);
});

it("a name that stands twice is nobody's", async () => {
  const keys = [{ ...ec, kid: "twice" }, good, { ...rsa, kid: "twice" }];
  expect([...(await suitable({ keys }, ALGORITHMS)).keys()]).toEqual(["good"]);
});

it("an algorithm that is not allowed is nobody's", async () => {
  expect((await suitable({ keys: [good, { ...rsa, kid: "rsa" }] }, ["RS256"])).size).toBe(1);
});

describe("a signature", () => {
  const options = { issuer: "https://id.example.com", audience: "orders", revocation: "off" as const };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const pairs = {
    RS256: generateKeyPairSync("rsa", { modulusLength: 2048 }),
    EdDSA: generateKeyPairSync("ed25519"),
  };

  it.each(["RS256", "EdDSA"] as const)("by %s is verified, and a wrong one is not", async (alg) => {
    const { privateKey, publicKey } = pairs[alg];
    const jwks = { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "one" }] };
    const verifier = new Verifier({ ...options, jwks });
    const iat = Math.floor(Date.now() / 1000);
    const times = { iat, exp: iat + 60 };
    const claims = { iss: options.issuer, aud: "orders", sub: "a", client_id: "b", jti: "c", ...times };
    const text = `${part({ typ: "at+jwt", alg, kid: "one" })}.${part(claims)}`;
    const signature = sign(alg === "RS256" ? "sha256" : null, Buffer.from(text), privateKey);
    expect((await verifier.verify(`${text}.${signature.toString("base64url")}`)).sub).toBe("a");
    signature[9] = (signature[9] as number) ^ 1;
    const wrong = `${text}.${signature.toString("base64url")}`;
    await expect(verifier.verify(wrong)).rejects.toThrow("signature is wrong");
  });

  it("of one algorithm is not taken for another's", async () => {
    const jwks = { keys: [{ ...pairs.RS256.publicKey.export({ format: "jwk" }), kid: "one" }] };
    const text = `${part({ typ: "at+jwt", alg: "ES256", kid: "one" })}.${part({})}.AAAA`;
    await expect(new Verifier({ ...options, jwks }).verify(text)).rejects.toThrow("Expected alg RS256");
  });
});
