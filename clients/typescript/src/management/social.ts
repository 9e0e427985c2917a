import type { Caller } from "./caller.js";
import type { Answer, Body, CallOptions } from "./models.js";
import { path } from "./paths.js";

/** Signing in through providers. */
export class Social {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Return the providers of an application. */
  providers(query?: { client_id?: string }, options?: CallOptions): Promise<Answer<"listSocialProviders">> {
    return this.#caller.send<"listSocialProviders">("GET", "/social/providers", {
      ...options,
      query,
      as: "none",
    });
  }

  /** Sign in by an ID token of a provider. */
  signIn(
    provider: string,
    body: Body<"signInWithIdToken">,
    options?: CallOptions,
  ): Promise<Answer<"signInWithIdToken">> {
    return this.#caller.send<"signInWithIdToken">("POST", path`/social/${provider}/token`, {
      ...options,
      body,
      as: "none",
    });
  }
}
