import { base64url } from "../oidc/encoding.js";
import { half } from "../sha256.js";
import type { Answer } from "./server.js";

const PAGE = 1000;
const FOR_GOOD = ["session", "token", "key"];
/** The longest that an access token lives, and a minute. */
const LIVES_SECONDS = 3660;
const KEY_LIVES_SECONDS = 48 * 3600;

interface FeedRow {
  readonly number: number;
  readonly kind: string;
  readonly subject: string;
  readonly issued_before: number | null;
  readonly expires_at: string;
}

/** The revocation feed as the server gives it (its docs/integrating.md, section 4). */
export class Feed {
  readonly #rows = new Map<string, FeedRow>();
  #id = name();
  #number = 0;

  /** Take another id, as after a restored database: every cursor is gone. */
  restart(): void {
    this.#id = name();
  }

  /** Refuse a subject: for good, or what was issued up to `limit` (Unix seconds). */
  add(kind: string, id: string, limit: number): void {
    const subject = subjectOf(kind, id);
    const lives = kind === "key" ? KEY_LIVES_SECONDS : LIVES_SECONDS;
    this.#rows.delete(`${kind}:${subject}`); // a later row stands at the end
    this.#rows.set(`${kind}:${subject}`, {
      number: ++this.#number,
      kind,
      subject,
      issued_before: FOR_GOOD.includes(kind) ? null : limit,
      expires_at: new Date(Date.now() + lives * 1000).toISOString(),
    });
  }

  /** Return up to which `iat` these claims are refused: -1 for never, infinity for good. */
  limit(claims: Readonly<Record<string, unknown>>, kid: string): number {
    const { sid, jti, sub, tenant, client_id } = claims;
    const membership = tenant ? `${tenant}:${sub}` : undefined;
    const names = {
      session: sid,
      token: jti,
      user: sub,
      membership,
      application: client_id,
      tenant,
      key: kid,
    };
    const limits = Object.entries(names).map(([kind, id]) => {
      const row = id ? this.#rows.get(`${kind}:${subjectOf(kind, String(id))}`) : undefined;
      return row ? (row.issued_before ?? Number.POSITIVE_INFINITY) : -1;
    });
    return Math.max(...limits);
  }

  /**
   * Answer `GET /api/v1/tokens/revocations`.
   *
   * The ETag is of all that the feed says, not of a page: in the middle of the pages it brings no 304.
   */
  answer(after: string | null, known: string): Answer {
    const cursor = after === null ? undefined : /^([A-Za-z0-9_-]{1,22})\.([0-9]{1,18})$/.exec(after);
    if (cursor === null) return { status: 400, code: "invalid_cursor" };
    const from = Number(cursor?.[2] ?? 0);
    if (cursor && (cursor[1] !== this.#id || from > this.#number))
      return { status: 410, code: "cursor_gone" };
    const etag = `W/"${this.#id}.${this.#number}"`;
    const headers = { ETag: etag, "Cache-Control": "no-cache" };
    const paging = after !== null && from < this.#number;
    if (known.includes(etag) && !paging) return { status: 304, headers };
    const living = [...this.#rows.values()].filter((row) => {
      return row.number > from && Date.parse(row.expires_at) > Date.now();
    });
    const page = living.slice(0, PAGE);
    const has_more = living.length > PAGE;
    const last = has_more ? (page.at(-1)?.number ?? 0) : this.#number;
    const data = page.map(({ number: _, ...row }) => row);
    return { status: 200, headers, body: { data, next_cursor: `${this.#id}.${last}`, has_more } };
  }
}

function name(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(9)));
}

function subjectOf(kind: string, id: string): string {
  const view = new DataView(new ArrayBuffer(16));
  for (const [at, word] of half(`${kind}:${id}`).entries()) view.setUint32(at * 4, word);
  return base64url(view.buffer);
}
