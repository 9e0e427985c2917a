/**
 * An issuer for tests: the real verifier against real signatures, without a server, a port or a sleep.
 *
 *     const issuer = createTestIssuer({ issuer: "https://id.example.com", audience: "https://api.example.com/orders" });
 *     beforeAll(() => void issuer.install());
 *     afterAll(() => issuer.close());
 *
 *     const response = await fetch(url, { headers: await issuer.headers({ scopes: ["orders:read"] }) });
 *
 * Tokens carry the server's own claims; a revocation is seen by the next request.
 */
import type { TokenOptions } from "./claims.js";
import { current, TestIssuer, type TestIssuerOptions } from "./issuer.js";

export type { Algorithm } from "../jwk.js";
export type { Fetch } from "../transport.js";
export type { TokenOptions } from "./claims.js";
export { type Revocation, TestIssuer, type TestIssuerOptions } from "./issuer.js";
export type { Asked, Script, Scripted } from "./scripts.js";

/** Return an issuer; give its `fetch` to what is tested, or `install()` it. Throws `ConfigurationError`. */
export function createTestIssuer(options: TestIssuerOptions): TestIssuer {
  return new TestIssuer(options);
}

/** Return an access token of the issuer that is installed. Throws `ConfigurationError` where none is. */
export async function mintToken(options: TokenOptions = {}): Promise<string> {
  return current().mintToken(options);
}
