import type { Answer, Body } from "../management/models.js";
import type { Social } from "../management/social.js";
import { type Step, step } from "./steps.js";

/** The application that people sign in to, and the API that their tokens are for. */
export interface Target {
  client_id?: string;
  audience?: string;
}

/** Signing in through other providers. */
export class Providers {
  readonly #social: Social;
  readonly #target: Target;

  constructor(social: Social, target: Target) {
    this.#social = social;
    this.#target = target;
  }

  /** Return those of the application, in the order of their buttons; `native` ones take an ID token. */
  list(): Promise<Answer<"listSocialProviders">> {
    const { client_id } = this.#target;
    return this.#social.providers(client_id === undefined ? {} : { client_id });
  }

  /** Sign in by a provider's ID token, as native apps get one; `nonce` is the one that it was asked for with. */
  signIn(provider: string, body: Body<"signInWithIdToken">): Promise<Step> {
    return step(this.#social.signIn(provider, { ...this.#target, ...body }));
  }
}
