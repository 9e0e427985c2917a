import { ApiError, Unavailable } from "../errors.js";
import { SignInFailed } from "../oidc/errors.js";
import { isAbout } from "../oidc/jwt.js";
import type { AuthorizationServer, TokenAnswer } from "../oidc/server.js";
import { type User, userOf } from "../oidc/user.js";

/** What the session cookie carries, encrypted. `expiresAt` is when the access token expires, in Unix seconds. */
export interface Kept {
  user: User;
  sid: string;
  accessToken: string;
  expiresAt: number;
  idToken: string;
  refreshToken: string | undefined;
  /** How long the session may rest, in seconds. */
  idle: number;
}

/** What an ID token has to answer. */
export interface Asked {
  nonce: string;
  acrValues: string | undefined;
  maxAge: number | undefined;
}

const REMEMBERED_MILLISECONDS = 30_000;
const IDLE_SECONDS = 14 * 24 * 3600;
const MOST = 10_000;

interface Renewal {
  from: string;
  result: Promise<Kept | undefined>;
  until: number;
}

/** Makes and renews sessions: one refresh at a time for each, and its answer serves whoever comes late. */
export class Sessions {
  readonly #server: AuthorizationServer;
  readonly #resource: string | undefined;
  readonly #renewals = new Map<string, Renewal>();
  readonly #ended = new Map<string, number>();

  constructor(server: AuthorizationServer, resource: string | undefined) {
    this.#server = server;
    this.#resource = resource;
  }

  /** Return the session of a sign-in; throws `SignInFailed`. */
  async begin(answer: TokenAnswer, asked: Asked, isFinal: boolean): Promise<Kept> {
    const claims = await this.#server.statement(answer.id_token, {
      ...asked,
      accessToken: answer.access_token,
    });
    const kept = made(answer, { user: userOf(claims), idToken: answer.id_token as string });
    if (isFinal) return kept;
    const ready = await this.#refresh(kept);
    if (!ready) throw new SignInFailed("The sign-in was ended at once.");
    return ready;
  }

  /** Return the session with a fresh token; undefined where the server has ended it; throws `ServerUnavailable`. */
  renew(kept: Kept): Promise<Kept | undefined> {
    const known = this.#renewals.get(kept.sid);
    if (known && known.from === kept.refreshToken && known.until > Date.now()) return known.result;
    const result = this.#refresh(kept);
    const renewal = { from: kept.refreshToken ?? "", result, until: Date.now() + REMEMBERED_MILLISECONDS };
    remember(this.#renewals, kept.sid, renewal);
    result.catch(() => this.#renewals.delete(kept.sid)); // the next request tries again
    return result;
  }

  /** Remember that the server ended a session (back-channel logout); this process alone knows it by that. */
  end(sid: string): void {
    remember(this.#ended, sid, Date.now());
  }

  isEnded(kept: Kept): boolean {
    return this.#ended.has(kept.sid);
  }

  async #refresh(kept: Kept): Promise<Kept | undefined> {
    if (!kept.refreshToken) return undefined;
    try {
      const answer = await this.#server.token({
        grant_type: "refresh_token",
        refresh_token: kept.refreshToken,
        resource: this.#resource,
      });
      isAbout(answer.access_token, kept.user.sub);
      return made(answer, { ...kept, ...(await this.#told(answer, kept)) });
    } catch (error) {
      if (error instanceof ApiError && error.code === "invalid_grant") return undefined;
      throw error;
    }
  }

  /** Return what a refreshed ID token tells; nothing new where it cannot be checked at the moment. */
  async #told(answer: TokenAnswer, { user: { sub } }: Kept): Promise<Partial<Kept>> {
    const { id_token: idToken, access_token: accessToken } = answer;
    if (!idToken) return {};
    try {
      const claims = await this.#server.statement(idToken, { sub, accessToken });
      return { user: userOf(claims), idToken };
    } catch (error) {
      // The refresh token is used up: without its successor the session would end over a key that was not read.
      if (error instanceof Unavailable) return {};
      throw error;
    }
  }
}

function made(answer: TokenAnswer, before: Partial<Kept> & Pick<Kept, "user" | "idToken">): Kept {
  return {
    user: { ...before.user, claims: {} }, // small: the cookie goes with every request
    sid: before.user.sid ?? before.sid ?? before.user.sub,
    idToken: before.idToken,
    accessToken: answer.access_token,
    expiresAt: Math.floor(Date.now() / 1000) + answer.expires_in,
    refreshToken: answer.refresh_token ?? before.refreshToken,
    idle: answer.refresh_expires_in ?? before.idle ?? IDLE_SECONDS,
  };
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MOST) map.delete(map.keys().next().value as string);
}
