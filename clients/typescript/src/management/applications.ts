import type { Caller, Listing } from "./caller.js";
import type { Answer, Body, CallOptions, Paging, Row } from "./models.js";
import { path } from "./paths.js";

/** The secrets of an application. */
export class Secrets {
  readonly #caller: Caller;
  readonly #tenant: string;

  constructor(caller: Caller, tenant: string) {
    this.#caller = caller;
    this.#tenant = tenant;
  }

  /** List them, without the secrets. */
  list(clientId: string, query?: Paging, options?: CallOptions): Listing<Row<"listSecrets">> {
    return this.#caller.list<"listSecrets">(
      path`/tenants/${this.#tenant}/applications/${clientId}/secrets`,
      query,
      options,
    );
  }

  /** Return a new one, shown this once; `overlap` is in seconds. */
  rotate(
    clientId: string,
    body: Body<"rotateSecret"> = {},
    options?: CallOptions,
  ): Promise<Answer<"rotateSecret">> {
    return this.#caller.send<"rotateSecret">(
      "POST",
      path`/tenants/${this.#tenant}/applications/${clientId}/secrets`,
      { ...options, body, as: "manage" },
    );
  }

  /** End one. */
  revoke(clientId: string, id: string, options?: CallOptions): Promise<Answer<"revokeSecret">> {
    return this.#caller.send<"revokeSecret">(
      "DELETE",
      path`/tenants/${this.#tenant}/applications/${clientId}/secrets/${id}`,
      options,
    );
  }
}

/** The applications of a tenant, by their `client_id`. */
export class Applications {
  readonly secrets: Secrets;
  readonly #caller: Caller;
  readonly #tenant: string;

  constructor(caller: Caller, tenant: string) {
    this.#caller = caller;
    this.#tenant = tenant;
    this.secrets = new Secrets(caller, tenant);
  }

  /** List them. */
  list(query?: Paging, options?: CallOptions): Listing<Row<"listApplications">> {
    return this.#caller.list<"listApplications">(path`/tenants/${this.#tenant}/applications`, query, options);
  }

  /** Make one. */
  create(body: Body<"createApplication">, options?: CallOptions): Promise<Answer<"createApplication">> {
    return this.#caller.send<"createApplication">("POST", path`/tenants/${this.#tenant}/applications`, {
      ...options,
      body,
      as: "manage",
    });
  }

  /** Return one. */
  get(clientId: string, options?: CallOptions): Promise<Answer<"getApplication">> {
    return this.#caller.send<"getApplication">(
      "GET",
      path`/tenants/${this.#tenant}/applications/${clientId}`,
      options,
    );
  }

  /** Change one. */
  update(
    clientId: string,
    body: Body<"updateApplication">,
    options?: CallOptions,
  ): Promise<Answer<"updateApplication">> {
    return this.#caller.send<"updateApplication">(
      "PATCH",
      path`/tenants/${this.#tenant}/applications/${clientId}`,
      { ...options, body },
    );
  }

  /** Delete one. */
  delete(clientId: string, options?: CallOptions): Promise<Answer<"deleteApplication">> {
    return this.#caller.send<"deleteApplication">(
      "DELETE",
      path`/tenants/${this.#tenant}/applications/${clientId}`,
      options,
    );
  }

  /** Refuse all its tokens. */
  suspend(clientId: string, options?: CallOptions): Promise<Answer<"suspendApplication">> {
    return this.#caller.send<"suspendApplication">(
      "POST",
      path`/tenants/${this.#tenant}/applications/${clientId}/suspend`,
      { ...options, as: "manage" },
    );
  }

  /** Let it go on. */
  resume(clientId: string, options?: CallOptions): Promise<Answer<"resumeApplication">> {
    return this.#caller.send<"resumeApplication">(
      "POST",
      path`/tenants/${this.#tenant}/applications/${clientId}/resume`,
      { ...options, as: "manage" },
    );
  }
}
