import { expect, it } from "vitest";
import { ServerFault, Unauthenticated } from "../../src/errors.js";
import { Headless } from "../../src/headless/index.js";

const TOKENS = { access_token: "a", refresh_token: "r" };
const REQUIRED = { code: "mfa_required", flow_token: "f", methods: ["totp"] };

function screens(status: number, answer: unknown) {
  const sent: { path: string; body: Record<string, unknown> }[] = [];
  const fetch = async (url: unknown, { body }: RequestInit = {}) => {
    const { pathname, search } = new URL(String(url));
    sent.push({ path: pathname + search, body: JSON.parse(String(body ?? "{}")) });
    return new Response(status === 204 ? null : JSON.stringify(answer), { status });
  };
  const issuer = "https://id.example.com";
  const options = { issuer, clientId: "web", audience: "orders", fetch: fetch as typeof globalThis.fetch };
  return { headless: new Headless(options), sent };
}

it("names the application and the API wherever somebody begins", async () => {
  const { headless, sent } = screens(200, TOKENS);
  const credentials = { email: "a@b.c", password: "p" };
  await headless.register(credentials);
  await headless.login(credentials);
  await headless.beginPasskey();
  await headless.social.signIn("google", { id_token: "t", nonce: "n" });
  for (const { body } of sent) expect(body).toMatchObject({ client_id: "web", audience: "orders" });
  expect(sent).toHaveLength(4);
  await headless.requestPasswordReset("a@b.c");
  await headless.social.list();
  expect(sent[4]?.body).toEqual({ email: "a@b.c", client_id: "web" });
  expect(sent[5]?.path).toBe("/api/v1/social/providers?client_id=web");
});

it.each([
  ["mfa_required", "mfa"],
  ["mfa_enrollment_required", "mfa-enrollment"],
  ["email_verification_required", "verify-email"],
])("returns the refusal %s as the step %s", async (code, kind) => {
  const { headless } = screens(401, { ...REQUIRED, code });
  const wanted = { kind, flowToken: "f", methods: ["totp"] };
  expect(await headless.login({ email: "a@b.c", password: "p" })).toEqual(wanted);
});

it.each([
  ["invalid_credentials", "f"],
  ["mfa_required", undefined],
  ["constructor", "f"],
])("throws the refusal %s with the flow token %s", async (code, flow_token) => {
  const { headless } = screens(401, { code, flow_token });
  await expect(headless.login({ email: "a@b.c", password: "p" })).rejects.toThrow(Unauthenticated);
});

it.each([[{}], [{ flow_token: "" }], [null], [[]], ["no"]])("takes %j for no step", async (answer) => {
  const { headless } = screens(200, answer);
  await expect(headless.login({ email: "a@b.c", password: "p" })).rejects.toThrow(ServerFault);
});

it("keeps recovery codes apart from the tokens", async () => {
  const { headless } = screens(200, { ...TOKENS, recovery_codes: ["x"] });
  const wanted = { kind: "signed-in", tokens: TOKENS, recoveryCodes: ["x"] };
  expect(await headless.enrollment.confirmTotp("f", "123456")).toEqual(wanted);
});

it("resets a password, or asks for the second factor and sends all again", async () => {
  expect(await screens(204, null).headless.resetPassword("k", "new")).toBeUndefined();
  const { headless, sent } = screens(401, REQUIRED);
  expect(await headless.resetPassword("k", "new")).toMatchObject({ kind: "mfa", flowToken: "f" });
  await headless.resetPassword("k", "new", { flowToken: "f", method: "totp", code: "123456" });
  const proof = { flow_token: "f", method: "totp", code: "123456" };
  expect(sent.map(({ body }) => body)).toEqual([
    { key: "k", password: "new" },
    { key: "k", password: "new", ...proof },
  ]);
});
