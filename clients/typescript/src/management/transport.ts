import { ApiError, AuthError, BadRequest, ConfigurationError, ServerUnavailable } from "../errors.js";
import { read } from "./answers.js";
import { checkedIssuer } from "./paths.js";

export interface TransportOptions {
  issuer: string;
  /** Another `fetch`. */
  fetch?: typeof fetch | undefined;
  /** Seconds for one attempt; 10 without it. */
  timeout?: number | undefined;
  /** How often a failed call is repeated, at most; 3 without it. */
  retries?: number | undefined;
  /** How the time between two attempts is passed, in seconds; for tests. */
  pause?: ((seconds: number, signal?: AbortSignal) => Promise<void>) | undefined;
}

/** One request, ready to be sent again and again. */
export interface Sent {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | undefined;
  /** Whether a repetition does no harm though the first may have arrived. */
  repeatable: boolean;
  signal?: AbortSignal | undefined;
}

const PASSING = [429, 502, 503, 504];
const LONGEST_WAIT = 60; // seconds; who is asked to wait longer is told so instead

/** Sends requests to one issuer: timeouts, repetitions, bounded answers, no redirects, no cookies. */
export class Transport {
  readonly issuer: string;
  readonly #fetch: typeof fetch;
  readonly #timeout: number;
  readonly #retries: number;
  readonly #pause: (seconds: number, signal?: AbortSignal) => Promise<void>;

  constructor(options: TransportOptions) {
    this.issuer = checkedIssuer(options.issuer);
    const { timeout = 10, retries = 3 } = options;
    if (!(timeout > 0 && Number.isFinite(timeout))) {
      throw new ConfigurationError("timeout must be a number of seconds above 0.");
    }
    if (!(Number.isInteger(retries) && retries >= 0 && retries <= 10)) {
      throw new ConfigurationError("retries must be a whole number from 0 to 10.");
    }
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#timeout = timeout;
    this.#retries = retries;
    this.#pause = options.pause ?? pause;
  }

  /** Return the JSON of the answer; throws `ApiError` or `ServerUnavailable`, or the signal's reason. */
  async send(sent: Sent): Promise<unknown> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#once(sent);
      } catch (error) {
        sent.signal?.throwIfAborted();
        const wait = attempt < this.#retries ? waitFor(error, sent.repeatable, attempt) : undefined;
        if (wait === undefined) throw error;
        await this.#pause(wait, sent.signal);
      }
    }
  }

  async #once(sent: Sent): Promise<unknown> {
    sent.signal?.throwIfAborted();
    const ending = new AbortController();
    const abort = () => ending.abort();
    sent.signal?.addEventListener("abort", abort, { once: true });
    const timer = setTimeout(abort, this.#timeout * 1000);
    try {
      const response = await this.#fetch(this.issuer + sent.path, {
        method: sent.method,
        headers: { Accept: "application/json", ...sent.headers },
        body: sent.body ?? null,
        // "error" is not known on every edge runtime; a redirect that is not followed is refused below
        redirect: "manual",
        credentials: "omit",
        cache: "no-store",
        signal: ending.signal,
      });
      if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400)) {
        await response.body?.cancel();
        throw new Redirected("Expected an answer, got a redirect.", {
          action: "Check the issuer's address.",
        });
      }
      return await read(response);
    } catch (error) {
      if (error instanceof AuthError) throw error;
      const reason = ending.signal.aborted ? `No answer within ${this.#timeout} s.` : "No connection.";
      throw new ServerUnavailable(reason, { cause: error });
    } finally {
      clearTimeout(timer);
      sent.signal?.removeEventListener("abort", abort);
    }
  }
}

class Redirected extends ServerUnavailable {}

/** Return after how many seconds to try again; undefined for never. Full jitter, so that nobody comes in step. */
function waitFor(error: unknown, repeatable: boolean, attempt: number): number | undefined {
  if (error instanceof Redirected || !(error instanceof AuthError)) return undefined;
  const jitter = Math.random() * Math.min(8, 0.5 * 2 ** attempt);
  const after = error.retryAfter;
  if (after !== undefined && after > LONGEST_WAIT) return undefined;
  const passing = !(error instanceof ApiError) || PASSING.includes(error.status);
  const being = repeatable && error.code === "request_in_progress";
  const refused = after !== undefined && (error.status === 429 || error.status === 503);
  if (being || (repeatable ? passing : refused)) return after === undefined ? jitter : after + jitter / 4;
  return undefined;
}

function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, seconds * 1000);
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/** Return what may stand in a header; throws without showing it (`fetch` would quote it in its message). */
export function visible(value: unknown, name: string): string {
  if (typeof value === "string" && /^[\x21-\x7e]+$/.test(value)) return value;
  throw new BadRequest(`${name} must be visible ASCII characters.`, 400, { code: "invalid_input" });
}
