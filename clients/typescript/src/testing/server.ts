import { type Fetch, isLive, LIVE } from "../transport.js";

/** What the issuer answers; with `code` a problem document (RFC 9457). */
export interface Answer {
  readonly status: number;
  readonly code?: string;
  readonly detail?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

export interface Question {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly text: () => Promise<string>;
  readonly json: () => Promise<Record<string, unknown>>;
}

/** Answers, or is not there at all (nothing). */
export type Handler = (question: Question) => Promise<Answer | undefined>;

/** Return a `fetch` that asks the handler alone, and is told apart by the verifier as being in this process. */
export function fetchOf(issuer: string, handler: Handler): Fetch {
  const asked = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    let read: Promise<string> | undefined;
    const text = () => {
      read ??= request.text();
      return read;
    };
    const given = async () => JSON.parse(await text()) as Record<string, unknown>;
    const json = () => given().catch(() => ({}));
    const { method, headers } = request;
    const answer = await handler({ method, url: new URL(request.url), headers, text, json });
    if (!answer) throw new TypeError("fetch failed");
    return responseOf(answer);
  };
  return Object.assign(asked, { [LIVE]: (url: string) => url === issuer });
}

/** Let `globalThis.fetch` ask `fake` for the addresses of its issuer; return what undoes it. */
export function installed(issuer: string, fake: Fetch): () => void {
  const before = globalThis.fetch;
  let open = true;
  const asked = (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const url = input instanceof Request ? input.url : String(input);
    const ours = open && url.startsWith(`${issuer}/`);
    return ours ? (fake as typeof fetch)(input, init) : before(input, init);
  };
  const live = (url: string) => (open && url === issuer) || isLive(before as Fetch, url);
  globalThis.fetch = Object.assign(asked, { [LIVE]: live });
  const ours = globalThis.fetch;
  return () => {
    open = false; // somebody may have wrapped it since
    if (globalThis.fetch === ours) globalThis.fetch = before;
  };
}

function responseOf({ status, code, detail = code, headers = {}, body }: Answer): Response {
  const problem = { type: `/problems/${code}`, title: code, status, detail, code };
  const kind = code ? "application/problem+json" : "application/json";
  const said = code ? problem : body;
  if (said === undefined) return new Response(null, { status, headers });
  return new Response(JSON.stringify(said), { status, headers: { "Content-Type": kind, ...headers } });
}
