import { ApiError, AuthError, TokenMissing } from "../errors.js";
import { isAbout } from "../oidc/jwt.js";
import type { AuthorizationServer, TokenAnswer } from "../oidc/server.js";
import { userOf } from "../oidc/user.js";
import type { Access, Held, Store } from "./store.js";

const EARLY_SECONDS = 60;
const COOL_DOWN_SECONDS = 5;

/**
 * Keeps the tokens of a sign-in fresh: 60 s before they expire, one refresh at a time, and after a failure not again
 * for a while. A session ends when the server says so, never because an answer was lost: until the access token
 * expires it is still given out.
 */
export class TokenManager {
  readonly #server: AuthorizationServer;
  readonly #store: Store;
  readonly #changed: () => void;
  readonly #running = new Map<string, Promise<Access>>();
  #queue: Promise<unknown> = Promise.resolve();
  #failure: { error: unknown; until: number } | undefined;

  /** `changed` is called when the person, or whether there is one, changed. */
  constructor(server: AuthorizationServer, store: Store, changed: () => void) {
    this.#server = server;
    this.#store = store;
    this.#changed = changed;
  }

  /** Hold the tokens of a new sign-in. */
  begin(held: Held): void {
    this.#failure = undefined;
    this.#store.write(held);
    this.#changed();
  }

  /** Forget everything. */
  end(): void {
    this.#store.write(undefined);
    this.#changed();
  }

  /**
   * Return an access token that lives for another `minValidity` seconds.
   *
   * `other` is a token that was refused: it is not given out again.
   */
  async get(audience: string, minValidity = EARLY_SECONDS, other?: string): Promise<string> {
    const held = this.#store.read();
    if (!held) throw new TokenMissing("Nobody is signed in.", { action: "Call login()." });
    const usable = (access: Access | undefined, seconds: number): string | undefined =>
      access && access.token !== other && access.expiresAt > Date.now() + seconds * 1000
        ? access.token
        : undefined;
    const present = held.access[audience];
    const good = usable(present, minValidity);
    if (good) return good;
    try {
      return (await this.#once(audience, present?.token)).token;
    } catch (error) {
      // A refresh that fails ends nothing while the token lives.
      const left = usable(this.#store.read()?.access[audience], 0);
      if (left) return left;
      throw error;
    }
  }

  #once(audience: string, seen: string | undefined): Promise<Access> {
    const running = this.#running.get(audience);
    if (running) return running;
    // Audiences queue behind each other too: each refresh uses up the refresh token that the next one needs.
    const work = this.#queue.then(() => this.#store.alone(() => this.#refresh(audience, seen)));
    this.#queue = work.catch(() => {});
    this.#running.set(audience, work);
    const over = () => this.#running.delete(audience);
    work.then(over, over);
    return work;
  }

  async #refresh(audience: string, seen: string | undefined): Promise<Access> {
    const held = this.#store.read();
    if (!held) throw new TokenMissing("Nobody is signed in any more.");
    const present = held.access[audience];
    // Another tab has refreshed while this one waited for the lock.
    if (present && present.token !== seen && present.expiresAt > Date.now()) return present;
    if (this.#failure && this.#failure.until > Date.now()) throw this.#failure.error;
    if (!held.refreshToken) throw this.#over(new TokenMissing("The sign-in is over."), present);
    try {
      const answer = await this.#server.token({
        grant_type: "refresh_token",
        refresh_token: held.refreshToken,
        resource: audience,
      });
      const access = await this.#take(held, audience, answer);
      this.#failure = undefined;
      return access;
    } catch (error) {
      throw this.#failed(error, held);
    }
  }

  async #take(held: Held, audience: string, answer: TokenAnswer): Promise<Access> {
    // A sign-out, or another sign-in, while the answer was on its way.
    if (this.#store.read()?.idToken !== held.idToken) throw new TokenMissing("The sign-in is over.");
    isAbout(answer.access_token, held.user.sub);
    const access = accessOf(answer);
    const refreshToken = answer.refresh_token ?? held.refreshToken;
    const next = { ...held, refreshToken, access: { ...held.access, [audience]: access } };
    // What replaces the old refresh token is kept before anything else can fail.
    this.#store.write(next);
    if (!answer.id_token) return access;
    const claims = await this.#server.statement(answer.id_token, {
      sub: held.user.sub,
      accessToken: answer.access_token,
    });
    const user = userOf(claims);
    if (this.#store.read()?.idToken !== held.idToken) throw new TokenMissing("The sign-in is over.");
    this.#store.write({ ...next, user, idToken: answer.id_token });
    if (JSON.stringify(plain(user)) !== JSON.stringify(plain(held.user))) this.#changed();
    return access;
  }

  #failed(error: unknown, held: Held): unknown {
    if (error instanceof ApiError && error.code === "invalid_grant") {
      // The server has ended it; what another tab has put in its place since then stays.
      if (this.#store.read()?.refreshToken === held.refreshToken) this.end();
      return new TokenMissing("The sign-in is over.", { action: "Call login().", cause: error });
    }
    const asked = error instanceof AuthError ? error.retryAfter : undefined;
    this.#failure = { error, until: Date.now() + (asked ?? COOL_DOWN_SECONDS) * 1000 };
    return error;
  }

  #over(error: TokenMissing, present: Access | undefined): TokenMissing {
    if (!present || present.expiresAt <= Date.now()) this.end();
    return error;
  }
}

/** Return the access token of an answer. */
export function accessOf(answer: TokenAnswer): Access {
  return { token: answer.access_token, expiresAt: Date.now() + answer.expires_in * 1000 };
}

/** Without what differs in every ID token. */
function plain(user: Held["user"]): unknown {
  return { ...user, claims: { ...user.claims, exp: 0, iat: 0, at_hash: 0, nonce: 0 } };
}
