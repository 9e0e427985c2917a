import { Auth } from "../management/auth.js";
import { Caller } from "../management/caller.js";
import { given, none, type TokenSource } from "../management/credentials.js";
import { Me } from "../management/me.js";
import type { Body, Model } from "../management/models.js";
import { Social } from "../management/social.js";
import { Tokens } from "../management/tokens.js";
import { Transport, type TransportOptions } from "../management/transport.js";
import { Enrollment } from "./enrollment.js";
import { Providers, type Target } from "./providers.js";
import { reached, type Step, step, type Waiting } from "./steps.js";

export { createPasskey, getPasskey, toBuffer, toText } from "./passkeys.js";
export type { SignedIn, Step, Waiting } from "./steps.js";
export type { Enrollment, Providers };

export interface HeadlessOptions extends TransportOptions {
  /** The public first-party application that people sign in to. */
  clientId?: string | undefined;
  /** The API that the tokens are for; the application's first without it. */
  audience?: string | undefined;
  /** For `me` and `reauthenticate`: a token for our own API, or whoever gets one. */
  token?: TokenSource | undefined;
}

/** What shows a second factor: the method, with its `code` or the `credential` of `getPasskey`. */
export type Proof = Omit<Body<"proveSecondFactor">, "flow_token">;

/**
 * Signing up and in with screens of one's own. Keeps no token: that is for whoever calls.
 *
 *     let step = await headless.login({ email, password });
 *     if (step.kind === "mfa") step = await headless.mfa(step.flowToken, { method: "totp", code });
 *     if (step.kind === "signed-in") keep(step.tokens);
 *
 * Methods throw `ApiError` (`invalid_credentials`, `code_invalid`, ...) and `ServerUnavailable`.
 */
export class Headless {
  readonly auth: Auth;
  readonly me: Me;
  readonly enrollment: Enrollment;
  readonly social: Providers;
  readonly #tokens: Tokens;
  readonly #target: Target;

  constructor(options: HeadlessOptions) {
    const credentials = options.token === undefined ? none : given(options.token);
    const caller = new Caller(new Transport(options), credentials);
    this.#target = {
      ...(options.clientId !== undefined && { client_id: options.clientId }),
      ...(options.audience !== undefined && { audience: options.audience }),
    };
    this.auth = new Auth(caller);
    this.me = new Me(caller);
    this.enrollment = new Enrollment(this.auth.enroll);
    this.social = new Providers(new Social(caller), this.#target);
    this.#tokens = new Tokens(caller);
  }

  /** Sign up; "verify-email" comes whether or not the address is taken. */
  register(body: Body<"register">): Promise<Step> {
    return step(this.auth.register({ ...this.#target, ...body }));
  }

  /** Sign in by a password. */
  login(body: Body<"login">): Promise<Step> {
    return step(this.auth.login({ ...this.#target, ...body }));
  }

  /** Prove an address by the mailed code, and sign in. */
  verifyEmail(flowToken: string, code: string): Promise<Step> {
    return step(this.auth.verifyEmail({ flow_token: flowToken, code }));
  }

  /** Prove an address by the `key` of the mailed link, which signs nobody in. */
  async verifyEmailLink(key: string): Promise<void> {
    await this.auth.verifyEmail({ key });
  }

  /** Mail another code; the one before is dead. */
  resend(flowToken: string): Promise<Step> {
    return step(this.auth.resendVerification({ flow_token: flowToken }));
  }

  /** Show a second factor. */
  mfa(flowToken: string, proof: Proof): Promise<Step> {
    return step(this.auth.mfa({ ...proof, flow_token: flowToken }));
  }

  /** Return what a passkey as second factor is asked: for `getPasskey`. */
  mfaOptions(flowToken: string): Promise<Model<"RequestOptions">> {
    return this.auth.mfaOptions({ flow_token: flowToken });
  }

  /** Begin to sign in by a passkey alone: `options` for `getPasskey`, and the `flow_token` to go on with. */
  beginPasskey(): Promise<Model<"PasskeyBegun">> {
    return this.auth.beginPasskey(this.#target);
  }

  /** Sign in by what `getPasskey` returned. */
  passkey(flowToken: string, credential: unknown): Promise<Step> {
    return step(this.auth.passkey({ flow_token: flowToken, credential }));
  }

  /** Mail a link, good for an hour. Nothing tells whether the address is known. */
  async requestPasswordReset(email: string): Promise<void> {
    const { client_id } = this.#target;
    await this.auth.requestPasswordReset({ email, ...(client_id !== undefined && { client_id }) });
  }

  /**
   * Set a new password by the `key` of the mailed link; every session ends, and nobody is signed in.
   *
   * Undefined when it is done; "mfa" where the account has a second factor: call again, with its `proof`.
   */
  async resetPassword(
    key: string,
    password: string,
    proof?: Proof & { flowToken: string },
  ): Promise<Waiting | undefined> {
    const { flowToken, ...shown } = proof ?? {};
    const body = { key, password, ...shown, ...(flowToken !== undefined && { flow_token: flowToken }) };
    return (await reached(this.auth.confirmPasswordReset(body as Body<"confirmPasswordReset">))) as
      | Waiting
      | undefined;
  }

  /** Prove again who one is, by `token` (RFC 9470); without a password for whoever has a passkey. */
  reauthenticate(password?: string): Promise<Step> {
    return step(this.auth.reauthenticate(password === undefined ? {} : { password }));
  }

  /** Exchange a refresh token for a new pair. */
  refresh(refreshToken: string): Promise<Model<"TokenResponse">> {
    return this.#tokens.refresh({ refresh_token: refreshToken });
  }

  /** End a sign-in with all its sessions. */
  async logout(refreshToken: string): Promise<void> {
    await this.auth.logout({ refresh_token: refreshToken });
  }
}
