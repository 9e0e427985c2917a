import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  createPasskey,
  getPasskey,
  Headless,
  type SignedIn,
  type Step,
  type Waiting,
} from "../../src/headless/index.js";
import { NotFound, Unauthenticated } from "../../src/index.js";
import { runnable, snippets } from "../snippets.js";
import { installed, Service } from "../testing/service.js";
import { app, Browser } from "./authenticator.js";

const PASSWORD = "a passphrase of her own";
const CODE = /\b[A-Z0-9]{4}-[A-Z0-9]{4}\b/;
const KEY = /[?&]key=([\w-]+)/;

describe.skipIf(!installed)("screens of one's own", () => {
  let service: Service;
  let headless: Headless;
  let strict: Headless;
  const clients = new Map<Headless, string>();

  beforeAll(async () => {
    service = await new Service().start("localhost");
    [headless, strict] = [await screens("shop"), await screens("bank", "--mfa-required")];
  });
  afterAll(() => service.stop());
  afterEach(() => vi.unstubAllGlobals());

  /** Make a tenant with a public application; return what its screens call. */
  async function screens(slug: string, ...policy: string[]): Promise<Headless> {
    await service.make("create-tenant", slug, "--registration", "open", ...policy);
    const traits = ["--name", "Web", "--type", "spa", "--first-party"];
    const { client_id: clientId } = await service.make("create-application", "--tenant", slug, ...traits);
    const made = new Headless({ issuer: service.issuer, clientId });
    clients.set(made, clientId as string);
    return made;
  }

  async function person(email: string): Promise<void> {
    await service.manage(["create-user", email, "--verified", "--password-stdin"], `${PASSWORD}\n`);
  }

  it("signs up, proves the address by the mailed code, in and out", async () => {
    const email = "ada@example.com";
    const begun = waits(await headless.register({ email, password: PASSWORD, name: "Ada" }), "verify-email");
    const again = waits(await headless.resend(begun.flowToken), "verify-email");
    await expect(headless.verifyEmail(again.flowToken, "AAAA-AAAA")).rejects.toMatchObject({
      code: "code_invalid",
    });
    const { tokens } = isIn(await headless.verifyEmail(again.flowToken, await service.letter(email, CODE)));
    expect(tokens.user).toMatchObject({ email, email_verified: true, name: "Ada" });
    await expect(headless.login({ email, password: "wrong" })).rejects.toThrow(Unauthenticated);
    const signedIn = isIn(await headless.login({ email, password: PASSWORD })).tokens;
    const newer = await headless.refresh(signedIn.refresh_token);
    await headless.logout(newer.refresh_token);
    await expect(headless.refresh(newer.refresh_token)).rejects.toThrow(Unauthenticated);
  });

  it("takes a second factor at sign-in and at a reset by the mailed link", async () => {
    const email = "bob@example.com";
    await person(email);
    const { tokens } = isIn(await headless.login({ email, password: PASSWORD }));
    const { me } = new Headless({ issuer: service.issuer, token: tokens.access_token });
    const factor = await me.mfa.enroll({ method: "totp" });
    const code = app(factor.secret as string);
    const proof = { method: "totp" as const, flow_token: factor.flow_token };
    const { recovery_codes: spare } = await me.mfa.confirm({ ...proof, code: code() });
    const asked = waits(await headless.login({ email, password: PASSWORD }), "mfa");
    expect(asked.methods).toContain("totp");
    await expect(headless.mfa(asked.flowToken, { method: "totp", code: "000000" })).rejects.toThrow(
      Unauthenticated,
    );
    isIn(await headless.mfa(asked.flowToken, { method: "totp", code: code() }));

    await headless.requestPasswordReset(email);
    const key = await service.letter(email, KEY);
    const wanted = waits(await headless.resetPassword(key, `${PASSWORD}, newer`), "mfa");
    const shown = { flowToken: wanted.flowToken, method: "recovery_code" as const, code: spare[0] as string };
    expect(await headless.resetPassword(key, `${PASSWORD}, newer`, shown)).toBeUndefined();
    await expect(headless.login({ email, password: PASSWORD })).rejects.toMatchObject({
      code: "invalid_credentials",
    });
    waits(await headless.login({ email, password: `${PASSWORD}, newer` }), "mfa");
    await expect(headless.resetPassword(key, PASSWORD)).rejects.toMatchObject({ code: "link_invalid" });
  });

  it("sets up the factor that a policy asks for: an app", async () => {
    const email = "cleo@example.com";
    await person(email);
    const { flowToken } = waits(await strict.login({ email, password: PASSWORD }), "mfa-enrollment");
    const { secret } = await strict.enrollment.totp(flowToken);
    const done = isIn(await strict.enrollment.confirmTotp(flowToken, app(secret)()));
    expect(done.recoveryCodes).toHaveLength(10);
    expect(JSON.stringify(done.tokens)).not.toContain(done.recoveryCodes?.[0]);
  });

  it("sets up a passkey, and takes it as second factor, alone, and to prove oneself again", async () => {
    const email = "dora@example.com";
    await person(email);
    const browser = new Browser(service.issuer);
    vi.stubGlobal("navigator", browser.navigator);
    vi.stubGlobal("PublicKeyCredential", browser.PublicKeyCredential);
    const { flowToken } = waits(await strict.login({ email, password: PASSWORD }), "mfa-enrollment");
    const made = await createPasskey(await strict.enrollment.passkey(flowToken));
    expect(
      isIn(await strict.enrollment.confirmPasskey(flowToken, made, "Laptop")).recoveryCodes,
    ).toHaveLength(10);

    const second = waits(await strict.login({ email, password: PASSWORD }), "mfa");
    const credential = await getPasskey(await strict.mfaOptions(second.flowToken));
    isIn(await strict.mfa(second.flowToken, { method: "webauthn", credential }));

    const begun = await strict.beginPasskey();
    const { tokens } = isIn(await strict.passkey(begun.flow_token, await getPasskey(begun)));
    expect(tokens.user.email).toBe(email);
    const own = new Headless({ issuer: service.issuer, token: tokens.access_token });
    expect((await own.me.mfa.list()).data.map(({ name }) => name)).toContain("Laptop");
    waits(await own.reauthenticate(), "mfa");
  });

  it("is what the snippets of docs/client.md do", async () => {
    const [own, passkeys] = snippets("docs/client.md").filter(({ title }) => title === "Own screens");
    const email = "erin@example.com";
    await person(email);
    const here = (code = "") =>
      code.replace("https://id.example.com", service.issuer).replace('"web"', `"${clients.get(strict)}"`);
    const signIn = await runnable(
      here(own?.code),
      ["email", "password", "ask", "keep"],
      ["headless", "step"],
    );
    const keep = vi.fn();
    let code = () => "";
    const world = { email, password: PASSWORD, keep, ask: async () => code() };
    const begun = waits((await signIn(world)).step as Step, "mfa-enrollment");
    const { secret } = await strict.enrollment.totp(begun.flowToken);
    code = app(secret);
    await strict.enrollment.confirmTotp(begun.flowToken, code());
    const { headless } = await signIn(world);
    expect(keep).toHaveBeenCalledWith(expect.objectContaining({ token_type: "Bearer" }));

    const browser = new Browser(service.issuer);
    vi.stubGlobal("navigator", browser.navigator);
    vi.stubGlobal("PublicKeyCredential", browser.PublicKeyCredential);
    const { me } = new Headless({ issuer: service.issuer, token: keep.mock.calls[0]?.[0].access_token });
    const another = await me.mfa.enroll({ method: "webauthn" });
    const credential = await createPasskey(another);
    await me.mfa.confirm({ method: "webauthn", flow_token: another.flow_token, credential });
    const { step } = await (await runnable(here(passkeys?.code), ["headless"], ["step"]))({ headless });
    expect(isIn(step as Step).tokens.user.email).toBe(email);
  });

  it("lists the providers, and knows none that nobody set up", async () => {
    expect(await headless.social.list()).toEqual({ data: [] });
    const given = { id_token: "a.b.c", nonce: "n" };
    await expect(headless.social.signIn("nobody", given)).rejects.toThrow(NotFound);
  });
});

function isIn(step: Step): SignedIn {
  expect(step.kind).toBe("signed-in");
  return step as SignedIn;
}

function waits(step: Step | undefined, kind: Waiting["kind"]): Waiting {
  expect(step?.kind).toBe(kind);
  return step as Waiting;
}
