import type { User } from "../oidc/user.js";

/** One access token; `expiresAt` is in milliseconds of `Date.now()`. */
export interface Access {
  token: string;
  expiresAt: number;
}

/** What this browser holds of a sign-in: access tokens by audience, "" for the application's first. */
export interface Held {
  user: User;
  idToken: string;
  refreshToken: string | undefined;
  access: Record<string, Access>;
}

/** Where the tokens are. */
export interface Store {
  read(): Held | undefined;
  write(held: Held | undefined): void;
  /** Run `work` while nobody else who shares this store does. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Call `listener` when another tab changed what is held. */
  watch(listener: () => void): () => void;
}

/** Tokens in the memory of this tab: gone with it, and read by nobody else. */
export class MemoryStore implements Store {
  #held: Held | undefined;

  read(): Held | undefined {
    return this.#held;
  }

  write(held: Held | undefined): void {
    this.#held = held;
  }

  alone<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  watch(): () => void {
    return () => {};
  }
}

/** Tokens in localStorage, for all tabs: opt-in, as every script of the origin can read them. */
export class SharedStore implements Store {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  read(): Held | undefined {
    try {
      return JSON.parse(localStorage.getItem(this.#name) ?? "null") ?? undefined;
    } catch {
      return undefined;
    }
  }

  write(held: Held | undefined): void {
    if (held) localStorage.setItem(this.#name, JSON.stringify(held));
    else localStorage.removeItem(this.#name);
  }

  async alone<T>(work: () => Promise<T>): Promise<T> {
    const { locks } = navigator;
    return locks ? await locks.request(this.#name, work) : await work();
  }

  watch(listener: () => void): () => void {
    const heard = (event: StorageEvent) => {
      if (event.key === this.#name || event.key === null) listener();
    };
    addEventListener("storage", heard);
    return () => removeEventListener("storage", heard);
  }
}
