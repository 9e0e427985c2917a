import type { Caller, Listing } from "./caller.js";
import type { Answer, Body, CallOptions, Paging, Row } from "./models.js";
import { path } from "./paths.js";

/** Who belongs to a tenant. */
export class Memberships {
  readonly #caller: Caller;
  readonly #tenant: string;

  constructor(caller: Caller, tenant: string) {
    this.#caller = caller;
    this.#tenant = tenant;
  }

  /** List them. */
  list(query?: Paging, options?: CallOptions): Listing<Row<"listMemberships">> {
    return this.#caller.list<"listMemberships">(path`/tenants/${this.#tenant}/memberships`, query, options);
  }

  /** Make one. */
  create(body: Body<"createMembership">, options?: CallOptions): Promise<Answer<"createMembership">> {
    return this.#caller.send<"createMembership">("POST", path`/tenants/${this.#tenant}/memberships`, {
      ...options,
      body,
      as: "manage",
    });
  }

  /** Return one. */
  get(id: string, options?: CallOptions): Promise<Answer<"getMembership">> {
    return this.#caller.send<"getMembership">(
      "GET",
      path`/tenants/${this.#tenant}/memberships/${id}`,
      options,
    );
  }

  /** Change one. */
  update(
    id: string,
    body: Body<"updateMembership">,
    options?: CallOptions,
  ): Promise<Answer<"updateMembership">> {
    return this.#caller.send<"updateMembership">("PATCH", path`/tenants/${this.#tenant}/memberships/${id}`, {
      ...options,
      body,
    });
  }

  /** Delete one. */
  delete(id: string, options?: CallOptions): Promise<Answer<"deleteMembership">> {
    return this.#caller.send<"deleteMembership">(
      "DELETE",
      path`/tenants/${this.#tenant}/memberships/${id}`,
      options,
    );
  }

  /** Refuse their tokens in the tenant. */
  suspend(id: string, options?: CallOptions): Promise<Answer<"suspendMembership">> {
    return this.#caller.send<"suspendMembership">(
      "POST",
      path`/tenants/${this.#tenant}/memberships/${id}/suspend`,
      { ...options, as: "manage" },
    );
  }

  /** Let them in again. */
  resume(id: string, options?: CallOptions): Promise<Answer<"resumeMembership">> {
    return this.#caller.send<"resumeMembership">(
      "POST",
      path`/tenants/${this.#tenant}/memberships/${id}/resume`,
      { ...options, as: "manage" },
    );
  }
}

/** Whom a tenant invites. */
export class Invitations {
  readonly #caller: Caller;
  readonly #tenant: string;

  constructor(caller: Caller, tenant: string) {
    this.#caller = caller;
    this.#tenant = tenant;
  }

  /** List them. */
  list(
    query?: Paging & { state?: "open" | "accepted" | "revoked" | "expired" },
    options?: CallOptions,
  ): Listing<Row<"listInvitations">> {
    return this.#caller.list<"listInvitations">(path`/tenants/${this.#tenant}/invitations`, query, options);
  }

  /** Invite somebody. */
  create(body: Body<"createInvitation">, options?: CallOptions): Promise<Answer<"createInvitation">> {
    return this.#caller.send<"createInvitation">("POST", path`/tenants/${this.#tenant}/invitations`, {
      ...options,
      body,
      as: "manage",
    });
  }

  /** Return one. */
  get(id: string, options?: CallOptions): Promise<Answer<"getInvitation">> {
    return this.#caller.send<"getInvitation">(
      "GET",
      path`/tenants/${this.#tenant}/invitations/${id}`,
      options,
    );
  }

  /** Take one back. */
  revoke(id: string, options?: CallOptions): Promise<Answer<"revokeInvitation">> {
    return this.#caller.send<"revokeInvitation">(
      "DELETE",
      path`/tenants/${this.#tenant}/invitations/${id}`,
      options,
    );
  }

  /** Mail it again. */
  resend(id: string, options?: CallOptions): Promise<Answer<"resendInvitation">> {
    return this.#caller.send<"resendInvitation">(
      "POST",
      path`/tenants/${this.#tenant}/invitations/${id}/resend`,
      { ...options, as: "manage" },
    );
  }
}
