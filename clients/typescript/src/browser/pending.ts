/** What this tab remembers of a sign-in that it began; `state` finds it again. */
export interface Pending {
  nonce: string;
  verifier: string;
  redirectUri: string;
  returnTo: string;
  /** Nobody was asked: `prompt=none`. */
  silent: boolean;
  /** What a step-up asked for. */
  stepUp: string | undefined;
  acrValues: string | undefined;
  maxAge: number | undefined;
  begun: number;
}

const LIVES_MILLISECONDS = 3_600_000;

/** The sign-ins under way in this tab, in sessionStorage: each is good for one answer. */
export class PendingSignIns {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = `${prefix}:pending:`;
  }

  put(state: string, pending: Pending): void {
    for (const name of Object.keys(sessionStorage)) {
      if (name.startsWith(this.#prefix) && !this.#read(name)) sessionStorage.removeItem(name);
    }
    sessionStorage.setItem(this.#prefix + state, JSON.stringify(pending));
  }

  /** Return and forget it. */
  take(state: string): Pending | undefined {
    const name = this.#prefix + state;
    const found = this.#read(name);
    sessionStorage.removeItem(name);
    return found;
  }

  #read(name: string): Pending | undefined {
    try {
      const found: Pending | null = JSON.parse(sessionStorage.getItem(name) ?? "null");
      return found && Date.now() - found.begun < LIVES_MILLISECONDS ? found : undefined;
    } catch {
      return undefined;
    }
  }
}

/**
 * Whether somebody was signed in here, so that a reload asks the server (`prompt=none`) who it is.
 *
 * Loop-safe: an attempt that did not come back is not repeated by the next page, and `login_required` is remembered.
 */
export class Hint {
  readonly #name: string;

  constructor(prefix: string) {
    this.#name = `${prefix}:signed-in`;
  }

  /** Remember that somebody is signed in, or that nobody is. */
  set(isSignedIn: boolean): void {
    sessionStorage.removeItem(this.#name);
    localStorage.setItem(this.#name, isSignedIn ? "yes" : "no");
  }

  /** Tell whether to ask now, and remember that it was done. */
  attempt(): boolean {
    if (localStorage.getItem(this.#name) !== "yes") return false;
    const isUnderWay = sessionStorage.getItem(this.#name) !== null;
    if (isUnderWay) sessionStorage.removeItem(this.#name);
    else sessionStorage.setItem(this.#name, "asked");
    return !isUnderWay;
  }

  /** Call `listener` when another tab signed out. */
  watch(listener: () => void): () => void {
    const heard = (event: StorageEvent) => {
      if (event.key === this.#name && event.newValue === "out") listener();
    };
    addEventListener("storage", heard);
    return () => removeEventListener("storage", heard);
  }

  /** Remember that somebody signed out, and tell the other tabs. */
  out(): void {
    sessionStorage.removeItem(this.#name);
    localStorage.setItem(this.#name, "out");
  }
}
