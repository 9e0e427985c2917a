// A small issuer over loopback for these tests: it keeps the rules that a client can be caught breaking.
import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

interface Grant {
  nonce: string;
  challenge: string;
  redirectUri: string;
  resource: string;
  /** What the ID token tells of the sign-in, as it was asked for. */
  told: JWTPayload;
}

export class FakeIssuer {
  readonly forms: Record<string, string>[] = [];
  readonly apiCalls: (string | undefined)[] = [];
  readonly revoked: string[] = [];
  expiresIn = 300;
  /** Claims that the next ID tokens have instead of the right ones. */
  wrong: JWTPayload = {};
  /** The next access tokens, instead of those that only tell their number and audience. */
  accessToken: string | undefined;
  /** Called before a refresh is refused. */
  refusing: () => void = () => {};
  /** What the token endpoint answers instead of a refresh. */
  refusal: { status: number; error: string } | undefined;
  /** The status of the key set and of discovery, where they do not work. */
  down: number | undefined;
  /** How often the key set was read. */
  keysRead = 0;
  /** How often the discovery was. */
  discoveryRead = 0;
  /** What the API answers to a token. */
  challenge: (token: string | undefined) => string | undefined = () => undefined;
  readonly #codes = new Map<string, Grant>();
  #refresh = 0;
  #told: JWTPayload = {};
  #server: Server | undefined;
  #keys: Awaited<ReturnType<typeof generateKeyPair>> | undefined;
  url = "";
  /** The name of its key. */
  kid = "one";

  async start(): Promise<this> {
    this.#keys = await generateKeyPair("ES256");
    this.#server = createServer((request, response) => {
      this.#answer(request).then(({ status, body, headers }) => {
        response.writeHead(status, { "Content-Type": "application/json", ...headers });
        response.end(JSON.stringify(body));
      });
    });
    await new Promise<void>((ready) => this.#server?.listen(0, "127.0.0.1", ready));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((done) => this.#server?.close(done));
  }

  /** What a signed-in person's browser is sent back to; `error` instead of a code. */
  authorize(url: string, error?: string): string {
    const asked = new URL(url).searchParams;
    const back = new URL(asked.get("redirect_uri") as string);
    const code = randomUUID();
    if (error) back.searchParams.set("error", error);
    else back.searchParams.set("code", code);
    back.searchParams.set("state", asked.get("state") as string);
    back.searchParams.set("iss", this.url);
    this.#codes.set(code, {
      nonce: asked.get("nonce") as string,
      challenge: asked.get("code_challenge") as string,
      redirectUri: asked.get("redirect_uri") as string,
      resource: asked.get("resource") ?? "",
      told: { acr: asked.get("acr_values") ?? "aal1", auth_time: Math.floor(Date.now() / 1000) },
    });
    return back.href;
  }

  async sign(claims: JWTPayload, typ = "JWT"): Promise<string> {
    const all = { iss: this.url, aud: "web", sub: "ada", sid: "session-1", ...claims };
    const token = new SignJWT(all).setProtectedHeader({ alg: "ES256", kid: this.kid, typ });
    return await token
      .setIssuedAt()
      .setExpirationTime(typeof claims.exp === "number" ? claims.exp : "1h")
      .sign((this.#keys as { privateKey: CryptoKey }).privateKey);
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: unknown; headers?: object }> {
    const path = request.url?.split("?")[0];
    const isPublished = path === "/.well-known/openid-configuration" || path === "/jwks";
    if (this.down && isPublished) return { status: this.down, body: {} };
    if (path === "/.well-known/openid-configuration") return { status: 200, body: this.#discovery() };
    if (path === "/jwks") {
      this.keysRead += 1;
      const jwk = await exportJWK((this.#keys as { publicKey: CryptoKey }).publicKey);
      return { status: 200, body: { keys: [{ ...jwk, kid: this.kid, use: "sig" }] } };
    }
    if (path?.startsWith("/orders")) return this.#api(request);
    let text = "";
    for await (const chunk of request) text += chunk;
    const form = Object.fromEntries(new URLSearchParams(text));
    if (path === "/revoke") {
      this.revoked.push(form.token as string);
      return { status: 200, body: {} };
    }
    this.forms.push(form);
    return form.grant_type === "refresh_token" ? await this.#refreshed(form) : await this.#exchanged(form);
  }

  #discovery(): Record<string, string> {
    this.discoveryRead += 1;
    const names = { authorization: "authorize", token: "token", end_session: "logout", revocation: "revoke" };
    const found = Object.entries(names).map(([name, path]) => [`${name}_endpoint`, `${this.url}/${path}`]);
    return { issuer: this.url, jwks_uri: `${this.url}/jwks`, ...Object.fromEntries(found) };
  }

  #api(request: IncomingMessage): { status: number; body: unknown; headers?: object } {
    const { authorization } = request.headers;
    this.apiCalls.push(authorization);
    const challenge = this.challenge(authorization?.slice("Bearer ".length));
    return challenge
      ? { status: 401, body: {}, headers: { "WWW-Authenticate": challenge } }
      : { status: 200, body: { ok: true } };
  }

  async #exchanged(form: Record<string, string>) {
    const grant = this.#codes.get(form.code ?? "");
    this.#codes.delete(form.code ?? "");
    const challenge = createHash("sha256")
      .update(form.code_verifier ?? "")
      .digest("base64url");
    if (!grant || grant.challenge !== challenge || grant.redirectUri !== form.redirect_uri)
      return { status: 400, body: { error: "invalid_grant" } };
    this.#told = grant.told;
    return await this.#tokens({ nonce: grant.nonce }, grant.resource);
  }

  async #refreshed(form: Record<string, string>) {
    if (this.refusal) this.refusing();
    if (this.refusal) return { status: this.refusal.status, body: { error: this.refusal.error } };
    if (form.refresh_token !== `refresh-${this.#refresh}`)
      return { status: 400, body: { error: "invalid_grant" } };
    return await this.#tokens({}, form.resource ?? "");
  }

  async #tokens(claims: JWTPayload, resource: string) {
    this.#refresh += 1;
    const id = { name: "Ada", email: "ada@example.com", email_verified: true, ...this.#told, ...claims };
    const accessToken = this.accessToken ?? `access-${this.#refresh}-for-${resource}`;
    const hash = createHash("sha256").update(accessToken).digest().subarray(0, 16).toString("base64url");
    const body = {
      access_token: accessToken,
      expires_in: this.expiresIn,
      refresh_token: `refresh-${this.#refresh}`,
      refresh_expires_in: 1000,
      id_token: await this.sign({ at_hash: hash, ...id, ...this.wrong }),
    };
    return { status: 200, body };
  }
}
