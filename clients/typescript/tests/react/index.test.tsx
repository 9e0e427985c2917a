import { act, StrictMode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Auth, AuthProvider, SignedIn, SignedOut, useAuth } from "../../src/react/index.js";
import { Tab } from "../browser/page.js";
import { FakeIssuer } from "../oidc/issuer.js";

let issuer: FakeIssuer;
let tab: Tab;
let root: Root | undefined;
let seen: Auth;

function App() {
  seen = useAuth();
  return (
    <>
      <SignedIn>hello {seen.user?.name}</SignedIn>
      <SignedOut>please sign in</SignedOut>
    </>
  );
}

function page() {
  return (
    <StrictMode>
      <AuthProvider issuer={issuer.url} clientId="web" navigate={tab.navigate}>
        <App />
      </AuthProvider>
    </StrictMode>
  );
}

async function shown(): Promise<HTMLElement> {
  const element = document.getElementById("root") as HTMLElement;
  root = createRoot(element);
  await act(async () => root?.render(page()));
  return element;
}

beforeEach(async () => {
  issuer = await new FakeIssuer().start();
  tab = new Tab();
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
});

afterEach(async () => {
  await act(async () => root?.unmount());
  root = undefined;
  vi.unstubAllGlobals();
  await issuer.stop();
});

test("shows who is signed in, and exchanges the code once in strict mode", async () => {
  const before = await shown();
  expect(before.textContent).toBe("please sign in");
  await act(() => seen.login());
  await act(async () => root?.unmount());
  tab.open(issuer.authorize(tab.left[0]?.url as string));
  const element = await shown();
  await act(() => vi.waitFor(() => expect(element.textContent).toBe("hello Ada")));
  expect(seen).toMatchObject({ isSignedIn: true, isLoading: false, error: undefined });
  expect(issuer.forms).toHaveLength(1);
  await act(() => seen.logout());
  expect(element.textContent).toBe("please sign in");
});

test("renders neither side on a server, where nobody can tell", () => {
  for (const name of ["window", "document", "location", "sessionStorage", "localStorage"])
    vi.stubGlobal(name, undefined);
  expect(renderToString(page())).toBe("");
  expect(seen).toMatchObject({ isLoading: true, isSignedIn: false });
});

test("says what is missing outside of a provider", () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  expect(() => renderToString(<App />)).toThrow("outside of <AuthProvider>");
});
