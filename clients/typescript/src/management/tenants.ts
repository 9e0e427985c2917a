import type { Caller, Listing } from "./caller.js";
import type { Answer, Body, CallOptions, Paging, Row } from "./models.js";
import { path } from "./paths.js";

/** The tenants, by their slugs. */
export class Tenants {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** List them. */
  list(query?: Paging, options?: CallOptions): Listing<Row<"listTenants">> {
    return this.#caller.list<"listTenants">("/tenants", query, options);
  }

  /** Make one. */
  create(body: Body<"createTenant">, options?: CallOptions): Promise<Answer<"createTenant">> {
    return this.#caller.send<"createTenant">("POST", "/tenants", { ...options, body, as: "manage" });
  }

  /** Return one. */
  get(slug: string, options?: CallOptions): Promise<Answer<"getTenant">> {
    return this.#caller.send<"getTenant">("GET", path`/tenants/${slug}`, options);
  }

  /** Change one. */
  update(slug: string, body: Body<"updateTenant">, options?: CallOptions): Promise<Answer<"updateTenant">> {
    return this.#caller.send<"updateTenant">("PATCH", path`/tenants/${slug}`, { ...options, body });
  }

  /** Refuse all its tokens. */
  suspend(slug: string, options?: CallOptions): Promise<Answer<"suspendTenant">> {
    return this.#caller.send<"suspendTenant">("POST", path`/tenants/${slug}/suspend`, {
      ...options,
      as: "manage",
    });
  }

  /** Let it go on. */
  resume(slug: string, options?: CallOptions): Promise<Answer<"resumeTenant">> {
    return this.#caller.send<"resumeTenant">("POST", path`/tenants/${slug}/resume`, {
      ...options,
      as: "manage",
    });
  }
}
