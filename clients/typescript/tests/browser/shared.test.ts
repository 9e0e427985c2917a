import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AuthClient } from "../../src/browser/index.js";
import { FakeIssuer } from "../oidc/issuer.js";
import { Tab } from "./page.js";

let issuer: FakeIssuer;
let tab: Tab;
let taken: string[];

beforeEach(async () => {
  issuer = await new FakeIssuer().start();
  tab = new Tab();
  taken = [];
  let last: Promise<unknown> = Promise.resolve();
  // Web Locks, which jsdom lacks: one holder at a time.
  const request = (name: string, work: () => Promise<unknown>) => {
    taken.push(name);
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };
  vi.stubGlobal("navigator", { locks: { request } });
});

afterEach(async () => {
  vi.unstubAllGlobals();
  await issuer.stop();
});

function client(): AuthClient {
  return new AuthClient({
    issuer: issuer.url,
    clientId: "web",
    store: "shared",
    navigate: tab.navigate,
  });
}

async function twoTabs(): Promise<AuthClient[]> {
  await client().login();
  tab.open(issuer.authorize(tab.left[0]?.url as string));
  const tabs = [client(), client()];
  for (const one of tabs) await one.start();
  return tabs;
}

test("two tabs refresh once, one after the other", async () => {
  issuer.expiresIn = 30;
  const tabs = await twoTabs();
  issuer.expiresIn = 300;
  const got = await Promise.all(tabs.map((one) => one.getToken()));
  expect(got).toEqual(["access-2-for-", "access-2-for-"]);
  expect(taken).toHaveLength(2);
  expect(issuer.forms.filter((form) => form.grant_type === "refresh_token")).toHaveLength(1);
});

test("signing out in one tab is seen in the other", async () => {
  const [one, other] = (await twoTabs()) as [AuthClient, AuthClient];
  await one.logout();
  const { StorageEvent } = tab.dom.window;
  tab.dom.window.dispatchEvent(new StorageEvent("storage", { key: null }));
  expect(other.state.isSignedIn).toBe(false);
});

test("an answer that arrives after the sign-out brings nobody back", async () => {
  const [one] = (await twoTabs()) as [AuthClient];
  const late = one.getToken({ minValidity: 1000 });
  await one.logout();
  await expect(late).rejects.toMatchObject({ code: "token_missing" });
  expect(one.state.isSignedIn).toBe(false);
  expect(JSON.stringify({ ...localStorage })).not.toContain("refresh-");
});

test("a refused refresh ends its own sign-in, and not the newer one of another tab", async () => {
  const [one] = (await twoTabs()) as [AuthClient];
  const [name, text] =
    Object.entries({ ...localStorage }).find(([, value]) => value.includes("refresh-1")) ?? [];
  const newer = { ...JSON.parse(text as string), refreshToken: "newer", access: {} };
  issuer.refusal = { status: 400, error: "invalid_grant" };
  issuer.refusing = () => localStorage.setItem(name as string, JSON.stringify(newer));
  await expect(one.getToken({ minValidity: 1000 })).rejects.toMatchObject({ code: "token_missing" });
  expect(one.state.isSignedIn).toBe(true);
  expect(localStorage.getItem(name as string)).toContain("newer");
  issuer.refusing = () => {};
  await expect(one.getToken({ minValidity: 1000 })).rejects.toMatchObject({ code: "token_missing" });
  expect(localStorage.getItem(name as string)).toBeNull();
});
