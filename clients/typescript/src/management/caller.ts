import { ServerFault, Unauthenticated } from "../errors.js";
import type { Credentials } from "./credentials.js";
import type { Answer, CallOptions, Operation, Paging, Row } from "./models.js";
import { type Sent, type Transport, visible } from "./transport.js";

type QueryValue = string | number | boolean | undefined;

/** What a call is, besides its method and path. */
export interface Call extends CallOptions {
  query?: Record<string, QueryValue> | object | undefined;
  body?: unknown;
  /** "none" for what anybody may call, "manage" for a POST that takes an Idempotency-Key. */
  as?: "none" | "own" | "manage" | undefined;
}

/** A page of a list. `next_cursor` is null on the last. */
export interface Page<Item> {
  data: Item[];
  next_cursor: string | null;
  has_more: boolean;
}

/** The one way from a method to the server. */
export class Caller {
  readonly #transport: Transport;
  readonly #credentials: Credentials;

  constructor(transport: Transport, credentials: Credentials) {
    this.#transport = transport;
    this.#credentials = credentials;
  }

  /** Return the answer; a token that was refused is replaced once. */
  async send<Id extends Operation>(method: string, path: string, call: Call = {}): Promise<Answer<Id>> {
    const sent = prepared(method, path, call);
    if (call.as === "none") return (await this.#transport.send(sent)) as Answer<Id>;
    const first = await this.#credentials.token();
    try {
      return (await this.#transport.send(bearing(sent, first))) as Answer<Id>;
    } catch (error) {
      if (!(error instanceof Unauthenticated && error.code.startsWith("token_"))) throw error;
      const second = await this.#credentials.token(first);
      if (second === first) throw error;
      return (await this.#transport.send(bearing(sent, second))) as Answer<Id>;
    }
  }

  /** Return the rows of a list, read as they are asked for. */
  list<Id extends Operation>(path: string, query?: Paging, options?: CallOptions): Listing<Row<Id>> {
    return new Listing(async (cursor) => {
      const call = { ...options, query: { ...query, cursor } };
      return (await this.send<Id>("GET", path, call)) as unknown as Page<Row<Id>>;
    });
  }
}

function prepared(method: string, path: string, call: Call): Sent {
  const headers: Record<string, string> = {};
  if (call.body !== undefined) headers["Content-Type"] = "application/json";
  const keyed = method === "POST" && call.as === "manage";
  if (keyed)
    headers["Idempotency-Key"] = visible(call.idempotencyKey ?? crypto.randomUUID(), "idempotencyKey");
  return {
    method,
    path: `/api/v1${path}${queried(call.query)}`,
    headers,
    body: call.body === undefined ? undefined : JSON.stringify(call.body),
    repeatable: keyed || ["GET", "PUT", "DELETE"].includes(method),
    signal: call.signal,
  };
}

function bearing(sent: Sent, token: string): Sent {
  const headers = { ...sent.headers, Authorization: `Bearer ${visible(token, "The access token")}` };
  return { ...sent, headers };
}

function queried(query: object | undefined): string {
  const held = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(held.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}

/** A list: iterate it with `for await`, or take one page. Nothing is asked before. */
export class Listing<Item> implements AsyncIterable<Item> {
  readonly #read: (cursor?: string) => Promise<Page<Item>>;

  constructor(read: (cursor?: string) => Promise<Page<Item>>) {
    this.#read = read;
  }

  /** Return one page: the first, or that of a `next_cursor`. */
  page(cursor?: string): Promise<Page<Item>> {
    return this.#read(cursor);
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Item> {
    for (let cursor: string | undefined; ; ) {
      const page = await this.page(cursor);
      yield* page.data;
      if (!page.has_more || page.next_cursor === null) return;
      if (page.next_cursor === cursor) throw new ServerFault("The list came to the same page again.", 502);
      cursor = page.next_cursor;
    }
  }
}
