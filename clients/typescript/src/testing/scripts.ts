import type { Answer, Question } from "./server.js";

/** One request as it came; `path` is below the issuer and without its query. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: string;
  /** The document of the body. */
  json(): unknown;
}

/** What an operation answers; with `code` the problem document of a refusal (RFC 9457). */
export interface Scripted {
  /** Default: 200, or 204 where there is no body. */
  readonly status?: number;
  readonly code?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

export type Script = Scripted | ((asked: Asked) => Scripted | Promise<Scripted>);

/**
 * The answers that a test tells.
 *
 * There is no management API in memory: a second implementation of the server's rules would drift from them, and tests
 * would pass that the server fails.
 */
export class Scripts {
  readonly #told = new Map<string, { script: Script; asked: Asked[] }>();

  tell(method: string, path: string, script: Script): Asked[] {
    const asked: Asked[] = [];
    this.#told.set(`${method} ${path}`, { script, asked });
    return asked;
  }

  /** The answer that was told, if there is one. */
  async answer({ method, url, headers, text }: Question, path: string): Promise<Answer | undefined> {
    const told = this.#told.get(`${method} ${path}`);
    if (!told) return undefined;
    const body = await text();
    const json = () => JSON.parse(body) as unknown;
    const asked = { method, path, query: url.searchParams, headers, body, json };
    told.asked.push(asked);
    const given = typeof told.script === "function" ? await told.script(asked) : told.script;
    const usual = given.body === undefined && !given.code ? 204 : 200;
    return { ...given, status: given.status ?? usual };
  }
}

/** What says that a test has to tell the answer. */
export function unscripted(method: string, path: string): Answer {
  const detail = `The test issuer has no answer of its own here: issuer.script("${method}", "${path}", ...).`;
  return { status: 501, code: "not_scripted", detail };
}
