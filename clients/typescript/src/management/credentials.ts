import { ConfigurationError, ServerFault, Unauthenticated } from "../errors.js";
import type { Transport } from "./transport.js";

/** Where the tokens of a client come from. */
export interface Credentials {
  /** Return an access token; `refused` is one that the server did not take. */
  token(refused?: string): Promise<string>;
}

/** A token, or whoever gets one: asked before every call, so it should keep what it has. */
export type TokenSource = string | (() => string | Promise<string>);

/** Return credentials of a token that somebody else gets. */
export function given(source: TokenSource): Credentials {
  return { token: async () => (typeof source === "string" ? source : await source()) };
}

/** For a client that was given none. */
export const none: Credentials = {
  token: async () => {
    throw new ConfigurationError("This call needs clientId and clientSecret, or token.");
  },
};

export interface ServiceOptions {
  clientId: string;
  clientSecret: string;
  /** Scopes separated by spaces; all that the application may have without it. */
  scope?: string | undefined;
}

const COOL_DOWN = 5_000; // milliseconds in which a failure is not asked for again

/**
 * Tokens of an application that acts for itself (RFC 6749 section 4.4), for our own API.
 *
 * Kept until 60 seconds before they expire; however many wait, one request is under way.
 */
export class ServiceCredentials implements Credentials {
  readonly #transport: Transport;
  readonly #basic: string;
  readonly #body: string;
  #held: { token: string; until: number } | undefined;
  #failed: { error: unknown; until: number } | undefined;
  #asking: Promise<string> | undefined;

  constructor(transport: Transport, options: ServiceOptions) {
    this.#transport = transport;
    this.#basic = `Basic ${btoa(`${form(options.clientId)}:${form(options.clientSecret)}`)}`;
    const asked = new URLSearchParams({
      grant_type: "client_credentials",
      resource: `${transport.issuer}/api/v1`,
    });
    if (options.scope) asked.set("scope", options.scope);
    this.#body = asked.toString();
  }

  async token(refused?: string): Promise<string> {
    if (refused !== undefined && this.#held?.token === refused) this.#held = undefined;
    if (this.#held && Date.now() < this.#held.until) return this.#held.token;
    if (this.#failed && Date.now() < this.#failed.until) throw this.#failed.error;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<string> {
    try {
      const answer = await this.#transport.send({
        method: "POST",
        path: "/oauth/token",
        headers: {
          Authorization: this.#basic,
          "Content-Type": "application/x-www-form-urlencoded",
        },
        body: this.#body,
        repeatable: true,
      });
      const { access_token: token, expires_in: seconds } = (answer ?? {}) as Record<string, unknown>;
      if (typeof token !== "string" || typeof seconds !== "number" || !(seconds > 0)) {
        throw new ServerFault("Expected access_token and expires_in.", 502);
      }
      this.#failed = undefined;
      this.#held = { token, until: Date.now() + (seconds - Math.min(60, seconds / 2)) * 1000 };
      return token;
    } catch (error) {
      const wait = error instanceof Unauthenticated ? COOL_DOWN : COOL_DOWN / 5;
      this.#failed = { error, until: Date.now() + wait };
      throw error;
    }
  }
}

/** As RFC 6749 section 2.3.1 wants both halves of the header. */
function form(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1);
}
