import { Unauthenticated } from "./errors.js";
import { Auth } from "./management/auth.js";
import { Caller } from "./management/caller.js";
import { given, none, type TokenSource } from "./management/credentials.js";
import { Me } from "./management/me.js";
import type { Body, Model } from "./management/models.js";
import { Tokens } from "./management/tokens.js";
import { Transport, type TransportOptions } from "./management/transport.js";

export { toBuffer, toText } from "./passkeys.js";

/** Where a sign-in stands: done, or what it waits for. */
export type Step =
  | { kind: "signed-in"; tokens: Model<"TokenResponse"> }
  | { kind: "mfa" | "mfa-enrollment" | "verify-email"; flowToken: string; methods: readonly string[] };

export interface HeadlessOptions extends TransportOptions {
  clientId?: string | undefined;
  audience?: string | undefined;
  /** For `me`: a token for our own API, or whoever gets one. */
  token?: TokenSource | undefined;
}

const WAITING: Record<string, "mfa" | "mfa-enrollment" | "verify-email"> = {
  mfa_required: "mfa",
  mfa_enrollment_required: "mfa-enrollment",
  email_verification_required: "verify-email",
};

/** Signing up and in with screens of one's own. Keeps no token: that is for whoever calls. */
export class Headless {
  readonly auth: Auth;
  readonly me: Me;
  readonly #tokens: Tokens;
  readonly #client: { client_id?: string; audience?: string };

  constructor(options: HeadlessOptions) {
    const credentials = options.token === undefined ? none : given(options.token);
    const caller = new Caller(new Transport(options), credentials);
    this.auth = new Auth(caller);
    this.me = new Me(caller);
    this.#tokens = new Tokens(caller);
    this.#client = {
      ...(options.clientId !== undefined && { client_id: options.clientId }),
      ...(options.audience !== undefined && { audience: options.audience }),
    };
  }

  /** Sign up. */
  register(body: Body<"register">): Promise<Step> {
    return step(this.auth.register({ ...this.#client, ...body }));
  }

  /** Sign in by a password. */
  login(body: Body<"login">): Promise<Step> {
    return step(this.auth.login({ ...this.#client, ...body }));
  }

  /** Prove an address by the mailed code. */
  verifyEmail(flowToken: string, code: string): Promise<Step> {
    return step(this.auth.verifyEmail({ flow_token: flowToken, code }));
  }

  /** Show a second factor. */
  mfa(flowToken: string, proof: Omit<Body<"proveSecondFactor">, "flow_token">): Promise<Step> {
    return step(this.auth.mfa({ ...proof, flow_token: flowToken }));
  }

  /** Prove again who one is (RFC 9470). */
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

async function step(
  asked: Promise<Model<"TokenResponse"> | Model<"PendingResponse"> | undefined>,
): Promise<Step> {
  try {
    const answer = await asked;
    if (answer && "access_token" in answer) return { kind: "signed-in", tokens: answer };
    return { kind: "verify-email", flowToken: answer?.flow_token ?? "", methods: answer?.methods ?? [] };
  } catch (error) {
    const kind = error instanceof Unauthenticated ? WAITING[error.code] : undefined;
    if (!kind) throw error;
    const { flow_token: flowToken, methods } = (error as Unauthenticated).problem;
    return { kind, flowToken: String(flowToken), methods: Array.isArray(methods) ? methods.map(String) : [] };
  }
}
