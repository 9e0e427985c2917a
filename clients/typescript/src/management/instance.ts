import type { Caller, Listing } from "./caller.js";
import type { Answer, Body, CallOptions, Paging, Row } from "./models.js";
import { path } from "./paths.js";

/** The keys that sign tokens, for superusers. */
export class SigningKeys {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** List them. */
  list(query?: Paging, options?: CallOptions): Listing<Row<"listSigningKeys">> {
    return this.#caller.list<"listSigningKeys">("/signing-keys", query, options);
  }

  /** Begin with the next keys. */
  rotate(body: Body<"rotateSigningKeys"> = {}, options?: CallOptions): Promise<Answer<"rotateSigningKeys">> {
    return this.#caller.send<"rotateSigningKeys">("POST", "/signing-keys/rotate", {
      ...options,
      body,
      as: "manage",
    });
  }

  /** Revoke one: its tokens are refused. */
  revoke(kid: string, options?: CallOptions): Promise<Answer<"revokeSigningKey">> {
    return this.#caller.send<"revokeSigningKey">("POST", path`/signing-keys/${kid}/revoke`, {
      ...options,
      as: "manage",
    });
  }
}

/** What happened on the instance, for superusers. */
export class AuditEvents {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** List it, newest first. */
  list(
    query?: Paging & { action?: string; actor?: string; target?: string },
    options?: CallOptions,
  ): Listing<Row<"listAuditEvents">> {
    return this.#caller.list<"listAuditEvents">("/audit-events", query, options);
  }
}
