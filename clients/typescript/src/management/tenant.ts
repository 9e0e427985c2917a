import { Applications } from "./applications.js";
import type { Caller, Listing } from "./caller.js";
import { Invitations, Memberships } from "./memberships.js";
import type { Answer, Body, CallOptions, Paging, Row } from "./models.js";
import { path } from "./paths.js";

/** The APIs of a tenant. */
export class Apis {
  readonly #caller: Caller;
  readonly #tenant: string;

  constructor(caller: Caller, tenant: string) {
    this.#caller = caller;
    this.#tenant = tenant;
  }

  /** List them. */
  list(query?: Paging, options?: CallOptions): Listing<Row<"listApis">> {
    return this.#caller.list<"listApis">(path`/tenants/${this.#tenant}/apis`, query, options);
  }

  /** Make one. */
  create(body: Body<"createApi">, options?: CallOptions): Promise<Answer<"createApi">> {
    return this.#caller.send<"createApi">("POST", path`/tenants/${this.#tenant}/apis`, {
      ...options,
      body,
      as: "manage",
    });
  }

  /** Return one. */
  get(id: string, options?: CallOptions): Promise<Answer<"getApi">> {
    return this.#caller.send<"getApi">("GET", path`/tenants/${this.#tenant}/apis/${id}`, options);
  }

  /** Change one. */
  update(id: string, body: Body<"updateApi">, options?: CallOptions): Promise<Answer<"updateApi">> {
    return this.#caller.send<"updateApi">("PATCH", path`/tenants/${this.#tenant}/apis/${id}`, {
      ...options,
      body,
    });
  }

  /** Delete one. */
  delete(id: string, options?: CallOptions): Promise<Answer<"deleteApi">> {
    return this.#caller.send<"deleteApi">("DELETE", path`/tenants/${this.#tenant}/apis/${id}`, options);
  }

  /** Say which other tenants may ask for it. */
  share(id: string, body: Body<"shareApi">, options?: CallOptions): Promise<Answer<"shareApi">> {
    return this.#caller.send<"shareApi">("PUT", path`/tenants/${this.#tenant}/apis/${id}/shared-with`, {
      ...options,
      body,
    });
  }
}

/** The roles of a tenant. */
export class Roles {
  readonly #caller: Caller;
  readonly #tenant: string;

  constructor(caller: Caller, tenant: string) {
    this.#caller = caller;
    this.#tenant = tenant;
  }

  /** List them. */
  list(query?: Paging, options?: CallOptions): Listing<Row<"listRoles">> {
    return this.#caller.list<"listRoles">(path`/tenants/${this.#tenant}/roles`, query, options);
  }

  /** Make one. */
  create(body: Body<"createRole">, options?: CallOptions): Promise<Answer<"createRole">> {
    return this.#caller.send<"createRole">("POST", path`/tenants/${this.#tenant}/roles`, {
      ...options,
      body,
      as: "manage",
    });
  }

  /** Return one. */
  get(id: string, options?: CallOptions): Promise<Answer<"getRole">> {
    return this.#caller.send<"getRole">("GET", path`/tenants/${this.#tenant}/roles/${id}`, options);
  }

  /** Change one. */
  update(id: string, body: Body<"updateRole">, options?: CallOptions): Promise<Answer<"updateRole">> {
    return this.#caller.send<"updateRole">("PATCH", path`/tenants/${this.#tenant}/roles/${id}`, {
      ...options,
      body,
    });
  }

  /** Delete one. */
  delete(id: string, options?: CallOptions): Promise<Answer<"deleteRole">> {
    return this.#caller.send<"deleteRole">("DELETE", path`/tenants/${this.#tenant}/roles/${id}`, options);
  }
}

/** A tenant's look. */
export class Brand {
  readonly #caller: Caller;
  readonly #tenant: string;

  constructor(caller: Caller, tenant: string) {
    this.#caller = caller;
    this.#tenant = tenant;
  }

  /** Return it. */
  get(options?: CallOptions): Promise<Answer<"getBrand">> {
    return this.#caller.send<"getBrand">("GET", path`/tenants/${this.#tenant}/brand`, options);
  }

  /** Change it. */
  update(body: Body<"updateBrand">, options?: CallOptions): Promise<Answer<"updateBrand">> {
    return this.#caller.send<"updateBrand">("PATCH", path`/tenants/${this.#tenant}/brand`, {
      ...options,
      body,
    });
  }

  /** Set the logo; `data` is base64. */
  putLogo(body: Body<"putLogo">, options?: CallOptions): Promise<Answer<"putLogo">> {
    return this.#caller.send<"putLogo">("PUT", path`/tenants/${this.#tenant}/brand/logo`, {
      ...options,
      body,
    });
  }

  /** Remove the logo. */
  deleteLogo(options?: CallOptions): Promise<Answer<"deleteLogo">> {
    return this.#caller.send<"deleteLogo">("DELETE", path`/tenants/${this.#tenant}/brand/logo`, options);
  }
}

/** What members let the tenant's applications have. */
export class Consents {
  readonly #caller: Caller;
  readonly #tenant: string;

  constructor(caller: Caller, tenant: string) {
    this.#caller = caller;
    this.#tenant = tenant;
  }

  /** List them. */
  list(query?: Paging, options?: CallOptions): Listing<Row<"listTenantConsents">> {
    return this.#caller.list<"listTenantConsents">(path`/tenants/${this.#tenant}/consents`, query, options);
  }

  /** Take one back. */
  revoke(id: string, options?: CallOptions): Promise<Answer<"revokeTenantConsent">> {
    return this.#caller.send<"revokeTenantConsent">(
      "DELETE",
      path`/tenants/${this.#tenant}/consents/${id}`,
      options,
    );
  }
}

/** What happened in a tenant. */
export class TenantAuditEvents {
  readonly #caller: Caller;
  readonly #tenant: string;

  constructor(caller: Caller, tenant: string) {
    this.#caller = caller;
    this.#tenant = tenant;
  }

  /** List it, newest first. */
  list(
    query?: Paging & { action?: string; actor?: string; target?: string },
    options?: CallOptions,
  ): Listing<Row<"listTenantAuditEvents">> {
    return this.#caller.list<"listTenantAuditEvents">(
      path`/tenants/${this.#tenant}/audit-events`,
      query,
      options,
    );
  }
}

/** All of one tenant: `client.tenant("shop")`. */
export class Tenant {
  readonly apis: Apis;
  readonly applications: Applications;
  readonly memberships: Memberships;
  readonly invitations: Invitations;
  readonly roles: Roles;
  readonly brand: Brand;
  readonly consents: Consents;
  readonly auditEvents: TenantAuditEvents;

  constructor(caller: Caller, tenant: string) {
    this.apis = new Apis(caller, tenant);
    this.applications = new Applications(caller, tenant);
    this.memberships = new Memberships(caller, tenant);
    this.invitations = new Invitations(caller, tenant);
    this.roles = new Roles(caller, tenant);
    this.brand = new Brand(caller, tenant);
    this.consents = new Consents(caller, tenant);
    this.auditEvents = new TenantAuditEvents(caller, tenant);
  }
}
