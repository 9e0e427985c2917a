/** One cookie, as a browser sends it. */
export interface Cookie {
  name: string;
  value: string;
}

const CHUNK = 3800; // beside its name and attributes, below the 4096 bytes that every browser keeps
const MOST_CHUNKS = 8;

/** Return the cookies of a request. */
export function cookiesOf(request: Request): Cookie[] {
  return (request.headers.get("Cookie") ?? "").split(/;\s*/).flatMap((pair) => {
    const at = pair.indexOf("=");
    return at > 0 ? [{ name: pair.slice(0, at), value: pair.slice(at + 1) }] : [];
  });
}

/** How our cookies are set: for this host alone, never for scripts, not by requests of other sites. */
export class Jar {
  readonly #isSecure: boolean;
  readonly session: string;

  constructor(isSecure: boolean) {
    this.#isSecure = isSecure;
    this.session = `${isSecure ? "__Host-" : ""}ntt-auth`;
  }

  /** Return the value of a cookie that may be in pieces. */
  read(cookies: readonly Cookie[], name: string): string | undefined {
    const held = new Map(cookies.map((cookie) => [cookie.name, cookie.value]));
    let found = "";
    for (let i = 0; i < MOST_CHUNKS && held.has(`${name}.${i}`); i++) found += held.get(`${name}.${i}`);
    return found || undefined;
  }

  /** Return the cookies that hold `value`, "" for pieces of `before` that are left over. */
  pieces(value: string, name: string, before: readonly Cookie[]): Cookie[] {
    const made: Cookie[] = [];
    for (let at = 0; at < value.length; at += CHUNK)
      made.push({ name: `${name}.${made.length}`, value: value.slice(at, at + CHUNK) });
    const old = before.filter((cookie) => /\.\d$/.test(cookie.name) && cookie.name.slice(0, -2) === name);
    const left = old.filter((cookie) => !made.some((one) => one.name === cookie.name));
    return [...made, ...left.map((cookie) => ({ name: cookie.name, value: "" }))];
  }

  /** Return a `Set-Cookie` header; "" as value deletes. `seconds` is how long it lives. */
  header(cookie: Cookie, seconds: number): string {
    const secure = this.#isSecure ? "; Secure" : "";
    const age = cookie.value ? seconds : 0;
    return `${cookie.name}=${cookie.value}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax${secure}`;
  }
}
