import type { Caller, Listing } from "./caller.js";
import type { Answer, Body, CallOptions, Paging, Row } from "./models.js";
import { path } from "./paths.js";

/** One's own second factors. */
export class OwnFactors {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Return all of them. */
  list(options?: CallOptions): Promise<Answer<"listFactors">> {
    return this.#caller.send<"listFactors">("GET", "/users/me/mfa", options);
  }

  /** Begin with a new one. */
  enroll(body: Body<"enrolFactor">, options?: CallOptions): Promise<Answer<"enrolFactor">> {
    return this.#caller.send<"enrolFactor">("POST", "/users/me/mfa/enroll", { ...options, body });
  }

  /** Keep it by its proof; recovery codes come with the first. */
  confirm(body: Body<"confirmFactor">, options?: CallOptions): Promise<Answer<"confirmFactor">> {
    return this.#caller.send<"confirmFactor">("POST", "/users/me/mfa/confirm", { ...options, body });
  }

  /** Return ten new ones; those before are dead. */
  createRecoveryCodes(options?: CallOptions): Promise<Answer<"createRecoveryCodes">> {
    return this.#caller.send<"createRecoveryCodes">("POST", "/users/me/mfa/recovery-codes", options);
  }

  /** Name a passkey. */
  rename(id: string, body: Body<"renameFactor">, options?: CallOptions): Promise<Answer<"renameFactor">> {
    return this.#caller.send<"renameFactor">("PATCH", path`/users/me/mfa/${id}`, { ...options, body });
  }

  /** Remove one. */
  remove(id: string, options?: CallOptions): Promise<Answer<"removeFactor">> {
    return this.#caller.send<"removeFactor">("DELETE", path`/users/me/mfa/${id}`, options);
  }
}

/** One's own sessions. */
export class OwnSessions {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** List them. */
  list(query?: Paging, options?: CallOptions): Listing<Row<"listOwnSessions">> {
    return this.#caller.list<"listOwnSessions">("/users/me/sessions", query, options);
  }

  /** End one. */
  end(sid: string, options?: CallOptions): Promise<Answer<"endOwnSession">> {
    return this.#caller.send<"endOwnSession">("DELETE", path`/users/me/sessions/${sid}`, options);
  }

  /** End all, or with `{except: "current"}` all others. */
  endAll(query?: { except?: "current" }, options?: CallOptions): Promise<Answer<"endOwnSessions">> {
    return this.#caller.send<"endOwnSessions">("DELETE", "/users/me/sessions", { ...options, query });
  }
}

/** What one lets applications have. */
export class OwnConsents {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** List them. */
  list(query?: Paging, options?: CallOptions): Listing<Row<"listOwnConsents">> {
    return this.#caller.list<"listOwnConsents">("/users/me/consents", query, options);
  }

  /** Take one back. */
  revoke(id: string, options?: CallOptions): Promise<Answer<"revokeOwnConsent">> {
    return this.#caller.send<"revokeOwnConsent">("DELETE", path`/users/me/consents/${id}`, options);
  }
}

/** One's accounts at providers. */
export class OwnIdentities {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Return all of them. */
  list(options?: CallOptions): Promise<Answer<"listOwnIdentities">> {
    return this.#caller.send<"listOwnIdentities">("GET", "/users/me/identities", options);
  }

  /** Connect one by its ID token. */
  link(body: Body<"linkOwnIdentity">, options?: CallOptions): Promise<Answer<"linkOwnIdentity">> {
    return this.#caller.send<"linkOwnIdentity">("POST", "/users/me/identities", { ...options, body });
  }

  /** Disconnect one. */
  unlink(id: string, options?: CallOptions): Promise<Answer<"unlinkOwnIdentity">> {
    return this.#caller.send<"unlinkOwnIdentity">("DELETE", path`/users/me/identities/${id}`, options);
  }
}

/** One's own account; needs a token for our own API with scope `account`. */
export class Me {
  readonly mfa: OwnFactors;
  readonly sessions: OwnSessions;
  readonly consents: OwnConsents;
  readonly identities: OwnIdentities;
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
    this.mfa = new OwnFactors(caller);
    this.sessions = new OwnSessions(caller);
    this.consents = new OwnConsents(caller);
    this.identities = new OwnIdentities(caller);
  }

  /** Return who one is. */
  get(options?: CallOptions): Promise<Answer<"getMe">> {
    return this.#caller.send<"getMe">("GET", "/users/me", options);
  }

  /** Change one's name or language. */
  update(body: Body<"updateMe">, options?: CallOptions): Promise<Answer<"updateMe">> {
    return this.#caller.send<"updateMe">("PATCH", "/users/me", { ...options, body });
  }

  /** Leave; the account is erased at `erase_at`. */
  delete(options?: CallOptions): Promise<Answer<"deleteMe">> {
    return this.#caller.send<"deleteMe">("DELETE", "/users/me", options);
  }

  /** Return all that is held about one. */
  export(options?: CallOptions): Promise<Answer<"exportMe">> {
    return this.#caller.send<"exportMe">("GET", "/users/me/export", options);
  }

  /** Mail a link to the new address. */
  changeEmail(body: Body<"changeEmail">, options?: CallOptions): Promise<Answer<"changeEmail">> {
    return this.#caller.send<"changeEmail">("POST", "/users/me/email", { ...options, body });
  }

  /** Mail a link that proves the address. */
  sendVerification(options?: CallOptions): Promise<Answer<"sendVerification">> {
    return this.#caller.send<"sendVerification">("POST", "/users/me/email/verification", options);
  }

  /** Change the password; a new pair. */
  changePassword(body: Body<"changePassword">, options?: CallOptions): Promise<Answer<"changePassword">> {
    return this.#caller.send<"changePassword">("POST", "/users/me/password", { ...options, body });
  }

  /** Accept an invitation by the mailed `key`. */
  acceptInvitation(
    body: Body<"acceptOwnInvitation">,
    options?: CallOptions,
  ): Promise<Answer<"acceptOwnInvitation">> {
    return this.#caller.send<"acceptOwnInvitation">("POST", "/users/me/invitations", { ...options, body });
  }
}
