import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeIssuer } from "../oidc/issuer.js";
import { runnable, snippets } from "../snippets.js";
import { Tab } from "./page.js";

let issuer: FakeIssuer;

beforeEach(async () => {
  issuer = await new FakeIssuer().start();
});

afterEach(async () => {
  vi.unstubAllGlobals();
  await issuer.stop();
});

test("the snippet without a framework runs: to the sign-in, and signed in after it", async () => {
  const tab = new Tab();
  const { code } = snippets("docs/browser.md").find(({ title }) => title === "Without a framework") ?? {
    code: "",
  };
  const here = code.replaceAll(/https:\/\/(id|api)\.example\.com/g, issuer.url);
  const run = await runnable(here.replace("({ ", "({ navigate, "), ["render", "navigate"], ["response"]);
  const render = vi.fn();
  const world = { render, navigate: tab.navigate };
  await run(world); // the page is being left: nobody is signed in yet
  expect(issuer.apiCalls).toEqual([undefined]);
  tab.open(issuer.authorize(tab.left[0]?.url as string));
  const { response } = await run(world);
  expect((response as Response).status).toBe(200);
  expect(issuer.apiCalls.at(-1)).toBe(`Bearer access-2-for-${issuer.url}/orders`);
  expect(tab.address).toBe("https://shop.example/cart");
  expect(render.mock.calls.map(([{ isSignedIn }]) => isSignedIn)).toContain(true);
  expect(tab.left.at(-1)?.url).toBe(`${issuer.url}/logout`);
});
