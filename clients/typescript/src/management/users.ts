import type { Caller, Listing } from "./caller.js";
import type { Answer, Body, CallOptions, Paging, Row } from "./models.js";
import { path } from "./paths.js";

/** The sessions of a person. */
export class UserSessions {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** List them. */
  list(id: string, query?: Paging, options?: CallOptions): Listing<Row<"listUserSessions">> {
    return this.#caller.list<"listUserSessions">(path`/users/${id}/sessions`, query, options);
  }

  /** End all. */
  endAll(id: string, options?: CallOptions): Promise<Answer<"endUserSessions">> {
    return this.#caller.send<"endUserSessions">("DELETE", path`/users/${id}/sessions`, options);
  }
}

/** People, for superusers. */
export class Users {
  readonly sessions: UserSessions;
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
    this.sessions = new UserSessions(caller);
  }

  /** List them; `q` searches, `email` is exact. */
  list(query?: Paging & { email?: string; q?: string }, options?: CallOptions): Listing<Row<"listUsers">> {
    return this.#caller.list<"listUsers">("/users", query, options);
  }

  /** Make one. */
  create(body: Body<"createUser">, options?: CallOptions): Promise<Answer<"createUser">> {
    return this.#caller.send<"createUser">("POST", "/users", { ...options, body, as: "manage" });
  }

  /** Return one. */
  get(id: string, options?: CallOptions): Promise<Answer<"getUser">> {
    return this.#caller.send<"getUser">("GET", path`/users/${id}`, options);
  }

  /** Change one. */
  update(id: string, body: Body<"updateUser">, options?: CallOptions): Promise<Answer<"updateUser">> {
    return this.#caller.send<"updateUser">("PATCH", path`/users/${id}`, { ...options, body });
  }

  /** Erase one. */
  delete(id: string, options?: CallOptions): Promise<Answer<"deleteUser">> {
    return this.#caller.send<"deleteUser">("DELETE", path`/users/${id}`, options);
  }

  /** Disable one; every session ends. */
  disable(id: string, options?: CallOptions): Promise<Answer<"disableUser">> {
    return this.#caller.send<"disableUser">("POST", path`/users/${id}/disable`, { ...options, as: "manage" });
  }

  /** Enable one again. */
  enable(id: string, options?: CallOptions): Promise<Answer<"enableUser">> {
    return this.#caller.send<"enableUser">("POST", path`/users/${id}/enable`, { ...options, as: "manage" });
  }

  /** Lift a lockout. */
  unlock(id: string, options?: CallOptions): Promise<Answer<"unlockUser">> {
    return this.#caller.send<"unlockUser">("POST", path`/users/${id}/unlock`, { ...options, as: "manage" });
  }

  /** Mail who never came in a new link to choose a password by; the one before is dead. */
  invite(id: string, options?: CallOptions): Promise<Answer<"inviteUser">> {
    return this.#caller.send<"inviteUser">("POST", path`/users/${id}/invite`, { ...options, as: "manage" });
  }

  /** Remove all second factors; every session ends. */
  resetMfa(id: string, options?: CallOptions): Promise<Answer<"resetFactors">> {
    return this.#caller.send<"resetFactors">("POST", path`/users/${id}/reset-mfa`, {
      ...options,
      as: "manage",
    });
  }
}
