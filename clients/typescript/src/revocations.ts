import { unbase64url } from "./compact.js";
import { half } from "./sha256.js";

const KINDS = ["session", "token", "user", "membership", "application", "tenant", "key"] as const;
export type Kind = (typeof KINDS)[number];

/** By what a token could be revoked: four words of digest for each name it goes by. */
export type Subjects = readonly Uint32Array[];

/** One row of the feed, as it came. */
export interface Row {
  readonly kind: string;
  readonly subject: string;
  readonly issued_before: number | null;
  readonly expires_at: string;
}

const WIDTH = 6; // four words of digest, issued_before, expires_at (0: a free place)
const ALWAYS = 0xffff_ffff;
const LEAST = 1024;

/** Return everything by which a token with these claims could be revoked. */
export function subjectsOf(claims: Readonly<Record<string, unknown>>, kid: string): Subjects {
  const { sub, tenant } = claims;
  const names: Record<Kind, unknown> = {
    session: claims.sid,
    token: claims.jti,
    user: sub,
    membership: tenant ? `${tenant}:${sub}` : undefined,
    application: claims.client_id,
    tenant,
    key: kid,
  };
  return KINDS.filter((kind) => names[kind]).map((kind) => {
    return marked(half(`${kind}:${names[kind]}`), kind);
  });
}

/** A subject counts only for its kind. */
function marked(words: Uint32Array, kind: Kind): Uint32Array {
  words[3] = (words[3] as number) ^ Math.imul(KINDS.indexOf(kind) + 1, 0x9e3779b9);
  return words;
}

/** More rows than `limit` live. */
export class TooMany extends Error {}

/** The rows that live, in one flat array: some 35 bytes each. */
export class Table {
  readonly #limit: number;
  #cells: Uint32Array;
  #places: number;
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
    this.#places = LEAST;
    this.#cells = new Uint32Array(LEAST * WIDTH);
  }

  /** How many rows there are, those included whose time is over since. */
  get size(): number {
    return this.#taken;
  }

  /** Take a row in, in place of an earlier one for the same subject. Throws `TypeError` or `TooMany`. */
  add(row: Row, now: number): void {
    const kind = KINDS.indexOf(row.kind as Kind);
    if (kind < 0) return; // a kind of the future
    const words = wordsOf(row.subject);
    const until = Math.ceil(Date.parse(row.expires_at) / 1000);
    const before = row.issued_before ?? ALWAYS;
    if (!words || !Number.isFinite(until) || !Number.isSafeInteger(before)) throw new TypeError("not a row");
    marked(words, KINDS[kind] as Kind);
    if (until <= now && this.#at(words) < 0) return;
    if (this.#taken >= this.#places * 0.8) this.#rebuild(now);
    this.#put(words, Math.min(Math.max(before, 0), ALWAYS), Math.min(Math.max(until, 1), ALWAYS));
  }

  /** Whether one of the subjects is refused for a token of that age. */
  refuses(subjects: Subjects, issuedAt: number): boolean {
    return subjects.some((words) => {
      const at = this.#at(words);
      if (at < 0) return false;
      const before = this.#cells[at + 4] as number;
      return before === ALWAYS || issuedAt <= before;
    });
  }

  #at(words: Uint32Array): number {
    const at = this.#place(words);
    return this.#cells[at + 5] === 0 ? -1 : at;
  }

  /** The place of a subject, or the free one where it would stand. */
  #place(words: Uint32Array): number {
    const cells = this.#cells;
    let place = (words[0] as number) % this.#places;
    for (;;) {
      const at = place * WIDTH;
      if (cells[at + 5] === 0) return at;
      if (
        cells[at] === words[0] &&
        cells[at + 1] === words[1] &&
        cells[at + 2] === words[2] &&
        cells[at + 3] === words[3]
      ) {
        return at;
      }
      place = place + 1 === this.#places ? 0 : place + 1;
    }
  }

  #put(words: Uint32Array, before: number, until: number): void {
    const at = this.#place(words);
    if (this.#cells[at + 5] === 0) this.#taken += 1;
    this.#cells.set(words, at);
    this.#cells[at + 4] = before;
    this.#cells[at + 5] = until;
  }

  /** Drop what is over, and make room for more. */
  #rebuild(now: number): void {
    const old = this.#cells;
    let living = 0;
    for (let at = 5; at < old.length; at += WIDTH) if ((old[at] as number) > now) living += 1;
    if (living >= this.#limit) throw new TooMany(`more than ${this.#limit} revocations live`);
    this.#places = Math.max(LEAST, Math.ceil(living * 1.6));
    this.#cells = new Uint32Array(this.#places * WIDTH);
    this.#taken = 0;
    for (let at = 0; at < old.length; at += WIDTH) {
      const until = old[at + 5] as number;
      if (until > now) this.#put(old.subarray(at, at + 4), old[at + 4] as number, until);
    }
  }
}

function wordsOf(subject: unknown): Uint32Array | undefined {
  const bytes = typeof subject === "string" ? unbase64url(subject) : undefined;
  if (bytes?.length !== 16) return undefined;
  const view = new DataView(bytes.buffer);
  return Uint32Array.of(view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12));
}
