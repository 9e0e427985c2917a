import { expect, test, vi } from "vitest";
import type { Auth } from "../../src/next/index.js";
import { FakeIssuer } from "../oidc/issuer.js";
import { evaluated, snippets } from "../snippets.js";

test("the snippet of docs/browser.md begins a sign-in, and guards a page", async () => {
  const issuer = await new FakeIssuer().start();
  vi.stubEnv("CLIENT_ID", "web");
  vi.stubEnv("CLIENT_SECRET", "the client's");
  vi.stubEnv("AUTH_SECRET", "a secret of the tests, long enough");
  try {
    const { code } = snippets("docs/browser.md").find(({ title }) => title === "Next.js") ?? { code: "" };
    const { handlers, proxy } = (await evaluated(
      code.replace("https://id.example.com", issuer.url),
    )) as unknown as Auth;
    const begun = await handlers.GET(new Request("https://shop.example/api/auth/login?returnTo=/orders"));
    const url = new URL(begun.headers.get("Location") ?? "");
    expect(url.origin + url.pathname).toBe(`${issuer.url}/authorize`);
    expect(url.searchParams.get("redirect_uri")).toBe("https://shop.example/api/auth/callback");
    const guarded = await proxy({ protect: ["/orders"] })(new Request("https://shop.example/orders"));
    expect(guarded.headers.get("Location")).toContain("/api/auth/login?returnTo=%2Forders");
  } finally {
    vi.unstubAllEnvs();
    await issuer.stop();
  }
});
