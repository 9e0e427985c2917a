import { afterEach, expect, it, vi } from "vitest";
import { verifierOf } from "../src/guard.js";
import { Verifier } from "../src/index.js";

const options = { issuer: "https://id.example.com", audience: "orders" };
afterEach(() => vi.unstubAllEnvs());

it("what is not given comes from the environment", () => {
  vi.stubEnv("NTT_AUTH_ISSUER", options.issuer);
  vi.stubEnv("NTT_AUTH_AUDIENCE", options.audience);
  vi.stubEnv("NTT_AUTH_REVOCATION", "off");
  const verifier = verifierOf();
  expect([verifier.issuer, verifier.audience]).toEqual([options.issuer, options.audience]);
  expect(verifierOf({ audience: "other" }).audience).toBe("other");
});

it("what is set nowhere is told by its name", () => {
  vi.stubEnv("NTT_AUTH_ISSUER", "");
  expect(() => verifierOf({ audience: "orders" })).toThrow("NTT_AUTH_ISSUER");
  expect(() => verifierOf({ issuer: options.issuer })).toThrow("NTT_AUTH_AUDIENCE");
});

it("the policy of the environment is followed, an option wins, and another word is refused", async () => {
  const fetch = vi.fn(async () => new Response(null, { status: 500 }));
  vi.stubEnv("NTT_AUTH_REVOCATION", "off");
  await verifierOf({ ...options, jwks: {}, fetch })
    .verify("x")
    .catch(() => undefined);
  const warmed = verifierOf({ ...options, fetch });
  await warmed.warm().catch(() => undefined);
  expect(fetch.mock.calls.flat().join()).not.toContain("revocations");
  const strict = verifierOf({ ...options, fetch, revocation: "strict" });
  await strict.warm().catch(() => undefined);
  expect(fetch.mock.calls.flat().join()).toContain("revocations");
  strict.close();
  vi.stubEnv("NTT_AUTH_REVOCATION", "lenient");
  expect(() => verifierOf(options)).toThrow("NTT_AUTH_REVOCATION");
});

it("a verifier that is given is taken", () => {
  const verifier = new Verifier(options);
  expect(verifierOf({ verifier })).toBe(verifier);
});
