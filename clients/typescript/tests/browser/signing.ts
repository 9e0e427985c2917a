// A tab and the small issuer that it signs in at; new for each test of whoever imports it.
import { afterEach, beforeEach, vi } from "vitest";
import { AuthClient, type AuthClientOptions } from "../../src/browser/index.js";
import { FakeIssuer } from "../oidc/issuer.js";
import { Tab } from "./page.js";

export let issuer: FakeIssuer;
export let tab: Tab;

beforeEach(async () => {
  issuer = await new FakeIssuer().start();
  tab = new Tab();
});

afterEach(async () => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  await issuer.stop();
});

export function client(more: Partial<AuthClientOptions> = {}): AuthClient {
  const audience = `${issuer.url}/orders`;
  return new AuthClient({
    issuer: issuer.url,
    clientId: "web",
    audience,
    scopes: ["orders:read"],
    navigate: tab.navigate,
    ...more,
  });
}

export async function signedIn(more: Partial<AuthClientOptions> = {}): Promise<AuthClient> {
  await client(more).login({ returnTo: "/cart?a=1" });
  tab.open(issuer.authorize(tab.left.at(-1)?.url as string));
  const found = client(more);
  await found.start();
  return found;
}
