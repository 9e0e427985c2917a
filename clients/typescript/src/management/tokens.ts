import type { Caller } from "./caller.js";
import type { Answer, Body, CallOptions } from "./models.js";

/** Tokens and the revocation feed. */
export class Tokens {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Exchange a refresh token for a new pair; keep the new one first. */
  refresh(body: Body<"refreshToken">, options?: CallOptions): Promise<Answer<"refreshToken">> {
    return this.#caller.send<"refreshToken">("POST", "/tokens/refresh", { ...options, body, as: "none" });
  }

  /** End a token: a refresh token with its session, an access token alone. */
  revoke(body: Body<"revokeToken">, options?: CallOptions): Promise<Answer<"revokeToken">> {
    return this.#caller.send<"revokeToken">("POST", "/tokens/revoke", { ...options, body, as: "none" });
  }

  /** Ask whether a token is good; always send your `audience`. */
  verify(body: Body<"verifyToken">, options?: CallOptions): Promise<Answer<"verifyToken">> {
    return this.#caller.send<"verifyToken">("POST", "/tokens/verify", { ...options, body, as: "none" });
  }

  /** Return one page of the feed, from `after` on. */
  revocations(query?: { after?: string }, options?: CallOptions): Promise<Answer<"listRevocations">> {
    return this.#caller.send<"listRevocations">("GET", "/tokens/revocations", {
      ...options,
      query,
      as: "none",
    });
  }
}
