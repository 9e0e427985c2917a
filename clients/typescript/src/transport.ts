import { ServerUnavailable } from "./errors.js";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What `@ntt-auth/client/testing` puts at its `fetch`: tells whether an issuer is in this process. */
export const LIVE: unique symbol = Symbol.for("@ntt-auth/client/live");

/** Whether the issuer may be asked every time, so that a test never sleeps. */
export function isLive(fetch: Fetch | undefined, issuer: string): boolean {
  const used = (fetch ?? globalThis.fetch) as { [LIVE]?: (issuer: string) => boolean } | undefined;
  return used?.[LIVE]?.(issuer) ?? false;
}

export interface Call {
  readonly url: string;
  /** In seconds, for the whole answer with its body. */
  readonly timeout: number;
  readonly fetch?: Fetch | undefined;
  readonly headers?: Record<string, string>;
  /** Sent as JSON, by POST. */
  readonly json?: unknown;
  /** In bytes. */
  readonly limit?: number;
}

/** What came back; `body` is empty for anything but 200. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

const MEGABYTE = 1 << 20;

/**
 * Ask, never following a redirect, never reading more than `limit`, never waiting longer than `timeout`.
 *
 * Throws `ServerUnavailable`.
 */
export async function ask(call: Call): Promise<Reply> {
  const control = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      control.abort();
      reject(new Error(`no answer within ${call.timeout} seconds`));
    }, call.timeout * 1000);
  });
  try {
    return await Promise.race([asked(call, control), late]);
  } catch (error) {
    const why = error instanceof Error ? error.message : "unknown";
    throw new ServerUnavailable(`${call.url} cannot be read: ${why}.`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

async function asked(call: Call, control: AbortController): Promise<Reply> {
  const send = call.fetch ?? (globalThis.fetch as Fetch); // looked up now, so that a test may replace it
  const headers: Record<string, string> = { Accept: "application/json", ...call.headers };
  const init: RequestInit = { headers, redirect: "manual", signal: control.signal };
  if (call.json !== undefined) {
    headers["Content-Type"] = "application/json";
    Object.assign(init, { method: "POST", body: JSON.stringify(call.json) });
  }
  const response = await send(call.url, init);
  const { status } = response;
  if (response.type === "opaqueredirect" || (status >= 300 && status < 400 && status !== 304)) {
    throw new Error("it redirects, which is not followed");
  }
  if (status === 200) return { status, headers: response.headers, body: await bounded(response, call.limit) };
  response.body?.cancel().catch(() => undefined);
  return { status, headers: response.headers, body: "" };
}

async function bounded(response: Response, limit = MEGABYTE): Promise<string> {
  if (!response.body) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let [text, size] = ["", 0];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > limit) {
      reader.cancel().catch(() => undefined);
      throw new Error(`its answer is larger than ${limit} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** Return `Retry-After` in seconds, if the answer says so (RFC 9110 section 10.2.3). */
export function retryAfter(headers: Headers): number | undefined {
  const value = headers.get("retry-after") ?? "";
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const until = Date.parse(value);
  return Number.isNaN(until) ? undefined : Math.max(0, (until - Date.now()) / 1000);
}
