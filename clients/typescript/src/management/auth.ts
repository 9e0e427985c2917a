import type { Caller } from "./caller.js";
import type { Answer, Body, CallOptions } from "./models.js";

/** Second factors that are set up while signing in. */
export class Enrolment {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Begin with an authenticator app. */
  totp(body: Body<"enrolTotpAtLogin">, options?: CallOptions): Promise<Answer<"enrolTotpAtLogin">> {
    return this.#caller.send<"enrolTotpAtLogin">("POST", "/auth/mfa/enroll/totp", {
      ...options,
      body,
      as: "none",
    });
  }

  /** Keep it by its first code, and sign in. */
  confirmTotp(
    body: Body<"confirmTotpAtLogin">,
    options?: CallOptions,
  ): Promise<Answer<"confirmTotpAtLogin">> {
    return this.#caller.send<"confirmTotpAtLogin">("POST", "/auth/mfa/enroll/totp/confirm", {
      ...options,
      body,
      as: "none",
    });
  }

  /** Begin with a passkey. */
  passkey(body: Body<"enrolPasskeyAtLogin">, options?: CallOptions): Promise<Answer<"enrolPasskeyAtLogin">> {
    return this.#caller.send<"enrolPasskeyAtLogin">("POST", "/auth/mfa/enroll/passkey", {
      ...options,
      body,
      as: "none",
    });
  }

  /** Keep it by its answer, and sign in. */
  confirmPasskey(
    body: Body<"confirmPasskeyAtLogin">,
    options?: CallOptions,
  ): Promise<Answer<"confirmPasskeyAtLogin">> {
    return this.#caller.send<"confirmPasskeyAtLogin">("POST", "/auth/mfa/enroll/passkey/confirm", {
      ...options,
      body,
      as: "none",
    });
  }
}

/** Signing up and in. A 401 may be a step: see `problem.flow_token` of the error. */
export class Auth {
  readonly enroll: Enrolment;
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
    this.enroll = new Enrolment(caller);
  }

  /** Sign up: tokens, or a flow that waits for the mailed code. */
  register(body: Body<"register">, options?: CallOptions): Promise<Answer<"register">> {
    return this.#caller.send<"register">("POST", "/auth/register", { ...options, body, as: "none" });
  }

  /** Exchange an address and a password for tokens. */
  login(body: Body<"login">, options?: CallOptions): Promise<Answer<"login">> {
    return this.#caller.send<"login">("POST", "/auth/login", { ...options, body, as: "none" });
  }

  /** End the sign-in of `refresh_token`. */
  logout(body: Body<"logout">, options?: CallOptions): Promise<Answer<"logout">> {
    return this.#caller.send<"logout">("POST", "/auth/logout", { ...options, body, as: "none" });
  }

  /** Prove again who one is: a new pair for the same session (RFC 9470). */
  reauthenticate(
    body: Body<"reauthenticate"> = {},
    options?: CallOptions,
  ): Promise<Answer<"reauthenticate">> {
    return this.#caller.send<"reauthenticate">("POST", "/auth/reauthenticate", { ...options, body });
  }

  /** Prove an address: by a mailed code with tokens, by a link's `key` without. */
  verifyEmail(body: Body<"verifyEmail">, options?: CallOptions): Promise<Answer<"verifyEmail">> {
    return this.#caller.send<"verifyEmail">("POST", "/auth/verify-email", { ...options, body, as: "none" });
  }

  /** Mail another code. */
  resendVerification(
    body: Body<"resendVerification">,
    options?: CallOptions,
  ): Promise<Answer<"resendVerification">> {
    return this.#caller.send<"resendVerification">("POST", "/auth/verify-email/resend", {
      ...options,
      body,
      as: "none",
    });
  }

  /** Show the second factor, and sign in. */
  mfa(body: Body<"proveSecondFactor">, options?: CallOptions): Promise<Answer<"proveSecondFactor">> {
    return this.#caller.send<"proveSecondFactor">("POST", "/auth/mfa", { ...options, body, as: "none" });
  }

  /** Return what a passkey as second factor is asked. */
  mfaOptions(
    body: Body<"secondFactorOptions">,
    options?: CallOptions,
  ): Promise<Answer<"secondFactorOptions">> {
    return this.#caller.send<"secondFactorOptions">("POST", "/auth/mfa/options", {
      ...options,
      body,
      as: "none",
    });
  }

  /** Begin to sign in by a passkey. */
  beginPasskey(
    body: Body<"beginPasskeyLogin"> = {},
    options?: CallOptions,
  ): Promise<Answer<"beginPasskeyLogin">> {
    return this.#caller.send<"beginPasskeyLogin">("POST", "/auth/passkey/options", {
      ...options,
      body,
      as: "none",
    });
  }

  /** Sign in by a passkey's answer. */
  passkey(body: Body<"passkeyLogin">, options?: CallOptions): Promise<Answer<"passkeyLogin">> {
    return this.#caller.send<"passkeyLogin">("POST", "/auth/passkey", { ...options, body, as: "none" });
  }

  /** Mail a link, whether or not the address is known. */
  requestPasswordReset(
    body: Body<"requestPasswordReset">,
    options?: CallOptions,
  ): Promise<Answer<"requestPasswordReset">> {
    return this.#caller.send<"requestPasswordReset">("POST", "/auth/password-reset", {
      ...options,
      body,
      as: "none",
    });
  }

  /** Set a new password by the mailed `key`; every session ends. */
  confirmPasswordReset(
    body: Body<"confirmPasswordReset">,
    options?: CallOptions,
  ): Promise<Answer<"confirmPasswordReset">> {
    return this.#caller.send<"confirmPasswordReset">("POST", "/auth/password-reset/confirm", {
      ...options,
      body,
      as: "none",
    });
  }

  /** Change the address by the mailed `key`. */
  confirmEmailChange(
    body: Body<"confirmEmailChange">,
    options?: CallOptions,
  ): Promise<Answer<"confirmEmailChange">> {
    return this.#caller.send<"confirmEmailChange">("POST", "/auth/confirm-email-change", {
      ...options,
      body,
      as: "none",
    });
  }

  /** Take the old address back by the mailed `key`. */
  undoEmailChange(body: Body<"undoEmailChange">, options?: CallOptions): Promise<Answer<"undoEmailChange">> {
    return this.#caller.send<"undoEmailChange">("POST", "/auth/undo-email-change", {
      ...options,
      body,
      as: "none",
    });
  }

  /** Keep an account that is about to be erased. */
  keepAccount(body: Body<"keepAccount">, options?: CallOptions): Promise<Answer<"keepAccount">> {
    return this.#caller.send<"keepAccount">("POST", "/auth/keep-account", { ...options, body, as: "none" });
  }

  /** Say who invites whom; nothing changes. */
  invitation(body: Body<"lookAtInvitation">, options?: CallOptions): Promise<Answer<"lookAtInvitation">> {
    return this.#caller.send<"lookAtInvitation">("POST", "/auth/invitation", {
      ...options,
      body,
      as: "none",
    });
  }

  /** Make an account with the invited address. */
  acceptInvitation(
    body: Body<"acceptInvitation">,
    options?: CallOptions,
  ): Promise<Answer<"acceptInvitation">> {
    return this.#caller.send<"acceptInvitation">("POST", "/auth/accept-invitation", {
      ...options,
      body,
      as: "none",
    });
  }
}
