import { RevocationsUnavailable } from "./errors.js";
import { parseStrict } from "./json.js";
import { seconds } from "./keys.js";
import { type Row, type Subjects, Table, TooMany } from "./revocations.js";
import { ask, type Fetch, isLive, retryAfter } from "./transport.js";

export interface FollowerOptions {
  readonly issuer: string;
  readonly timeout: number;
  readonly background: boolean;
  readonly maxRevocations: number;
  readonly fetch?: Fetch | undefined;
}

const INTERVAL_SECONDS = 1;
const JITTER_SECONDS = 0.2;
/** Whatever Retry-After says: it is how long a revocation may go unseen once the server is back. */
const LONGEST_WAIT_SECONDS = 30;
const PAGE_BYTES = 4 << 20;

/** The feed was restarted: begin without a cursor. */
class Gone extends Error {}

/** The feed says when to come back. */
class Busy extends Error {
  readonly wait: number | undefined;
  constructor(status: number, wait: number | undefined) {
    super(`expected 200 from the revocation feed, got ${status}`);
    this.wait = wait;
  }
}

/**
 * Follows `/api/v1/tokens/revocations`: once a second by a timer, or at most once a second as tokens come.
 *
 * A fault changes nothing of what is known. The age of the feed is counted from the start of the last request that
 * was answered.
 */
export class Follower {
  readonly #options: FollowerOptions;
  #table: Table;
  #next: Table | undefined; // being filled from the beginning; the one in force stays until it is whole
  #begun: Table | undefined; // what was read of one that was begun anew: it refuses until all is read again
  #cursor = "";
  #etag = "";
  #readAt = Number.NEGATIVE_INFINITY;
  #dueAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #overflow = false;
  #polling: Promise<void> | undefined;
  #awaited: Promise<void> | undefined; // the poll in hand, where tokens must wait for it
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#table = new Table(options.maxRevocations);
    this.#next = this.#table;
  }

  /** Seconds since the feed was last known to be read to its end; infinite before the first time. */
  get age(): number {
    return seconds() - this.#readAt;
  }

  /** How many revocations are held. */
  get size(): number {
    return this.#table.size;
  }

  /**
   * Return what has to be waited for before `refuses` may be believed, if anything.
   *
   * The first snapshot; without a timer, or where the timer is late because the process stood still, the next poll.
   * While polls fail nobody waits, but without a timer the one who begins it: an edge runtime drops what no request
   * waits for. Never rejects: a feed that cannot be read is told by `age`.
   */
  ready(): Promise<void> | undefined {
    const { background, fetch, issuer } = this.#options;
    if (this.#closed) return undefined;
    if (isLive(fetch, issuer)) return Promise.resolve(this.#polling).then(() => this.poll());
    const late = background ? INTERVAL_SECONDS : 0;
    if (this.#polling || seconds() < this.#dueAt + late) return this.#awaited;
    const begun = this.poll();
    if (this.#failures === 0) this.#awaited = begun;
    return background ? this.#awaited : begun;
  }

  /** Whether a token is revoked. Throws `RevocationsUnavailable` where there are more than can be held. */
  refuses(subjects: Subjects, issuedAt: number): boolean {
    if (this.#overflow) throw new RevocationsUnavailable("There are more revocations than maxRevocations.");
    const tables = [this.#table, this.#next, this.#begun];
    return tables.some((table) => table?.refuses(subjects, issuedAt));
  }

  /** Read what is new, once for however many ask. Never rejects. */
  poll(): Promise<void> {
    this.#polling ??= this.#polled().finally(() => {
      this.#polling = undefined;
      this.#awaited = undefined;
    });
    if (this.#readAt === Number.NEGATIVE_INFINITY && this.#failures === 0) this.#awaited = this.#polling;
    return this.#polling;
  }

  /** Stop. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #polled(): Promise<void> {
    clearTimeout(this.#timer);
    let wait = INTERVAL_SECONDS;
    const began = seconds();
    try {
      while (await this.#page());
      this.#failures = 0;
    } catch (error) {
      const wanted = error instanceof Busy ? (error.wait ?? 0) : 0;
      wait = Math.min(Math.max(2 ** ++this.#failures, wanted), LONGEST_WAIT_SECONDS);
      if (error instanceof TooMany) this.#overrun();
    }
    // Counted from the start of a quick poll, so that a slow line does not stretch the second.
    const jitter = this.#options.background ? Math.random() * JITTER_SECONDS : 0;
    this.#dueAt = Math.max(began + wait + jitter, seconds() + (this.#failures ? wait : 0.05));
    if (this.#options.background && !this.#closed) this.#schedule();
  }

  #schedule(): void {
    this.#timer = setTimeout(() => void this.poll(), Math.max(0, this.#dueAt - seconds()) * 1000);
    (this.#timer as { unref?: () => void }).unref?.(); // a process may end while it is followed
  }

  #overrun(): void {
    this.#overflow = true;
    this.#restart();
    this.#begun = undefined;
    this.#table = new Table(this.#options.maxRevocations); // nothing is let through meanwhile: free the memory
  }

  #restart(): void {
    this.#cursor = "";
    this.#etag = "";
    if (this.#next?.size && this.#next !== this.#table) this.#begun = this.#next;
    this.#next = new Table(this.#options.maxRevocations);
  }

  /** Read one page; return whether to go on at once. */
  async #page(): Promise<boolean> {
    const began = seconds();
    try {
      if (await this.#read()) return true;
    } catch (error) {
      if (!(error instanceof Gone) || !this.#cursor) throw error;
      this.#restart();
      return true;
    }
    if (this.#next) this.#table = this.#next;
    this.#next = undefined;
    this.#begun = undefined;
    this.#overflow = false;
    this.#readAt = began;
    return false;
  }

  async #read(): Promise<boolean> {
    const { issuer, timeout, fetch } = this.#options;
    const query = this.#cursor ? `?after=${encodeURIComponent(this.#cursor)}` : "";
    const headers: Record<string, string> = this.#etag ? { "If-None-Match": this.#etag } : {};
    const url = `${issuer}/api/v1/tokens/revocations${query}`;
    const reply = await ask({ url, timeout, fetch, headers, limit: PAGE_BYTES });
    if (reply.status === 304 && this.#etag) return false;
    if (reply.status === 410) throw new Gone();
    if (reply.status !== 200) throw new Busy(reply.status, retryAfter(reply.headers));
    const page = parseStrict(reply.body) as { data: Row[]; next_cursor: string; has_more: boolean };
    if (!wellFormed(page)) throw new TypeError("not a page of the feed");
    const into = this.#next ?? this.#table;
    const now = Date.now() / 1000 - 30; // this clock may be ahead: rows die with the tokens, not before
    for (const row of page.data) into.add(row, now);
    if (page.has_more && page.next_cursor === this.#cursor) throw new TypeError("the feed stands still");
    this.#cursor = page.next_cursor;
    // An ETag may name the feed and not the page: sent for the next page it would bring a 304 too early.
    this.#etag = page.has_more ? "" : (reply.headers.get("etag") ?? "");
    return page.has_more;
  }
}

function wellFormed(page: { data: unknown; next_cursor: unknown; has_more: unknown } | null): boolean {
  if (!page || !Array.isArray(page.data) || typeof page.has_more !== "boolean") return false;
  if (typeof page.next_cursor !== "string" || page.next_cursor === "") return false;
  return page.data.every((row: Row | null) => {
    const before = row?.issued_before;
    return (
      typeof row?.kind === "string" &&
      typeof row.subject === "string" &&
      !Number.isNaN(Date.parse(row.expires_at)) &&
      (before === null || Number.isSafeInteger(before))
    );
  });
}
