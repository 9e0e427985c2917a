import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const AUDIENCE = "https://api.example.com/orders";
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A real issuer on the loopback, whose every answer a test may change. */
export class Issuer {
  readonly keys = new Map<string, KeyObject>();
  readonly asked: string[] = [];
  readonly answers = new Map<string, Handler>();
  jwks: Record<string, unknown>[] = [];
  feed = { id: "a", rows: [] as object[], page: 1000 };
  issuer = "";
  #server: Server | undefined;

  static async start(): Promise<Issuer> {
    const issuer = new Issuer();
    issuer.addKey("one");
    await issuer.listen(0);
    return issuer;
  }

  async listen(port: number): Promise<void> {
    const server = createServer((request, response) => this.#answer(request, response));
    await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
    this.#server = server;
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((done) => this.#server?.close(done));
  }

  addKey(kid: string): void {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.keys.set(kid, privateKey);
    this.jwks.push({ ...publicKey.export({ format: "jwk" }), kid, use: "sig", alg: "ES256" });
  }

  claims(changes: Record<string, unknown> = {}): Record<string, unknown> {
    const iat = Math.floor(Date.now() / 1000);
    const who = { sub: "ada", client_id: "web", jti: "t1", sid: "s1", tenant: "shop", scope: "orders:read" };
    return { iss: this.issuer, aud: AUDIENCE, iat, exp: iat + 300, ...who, ...changes };
  }

  token(changes: Record<string, unknown> = {}, header: Record<string, unknown> = {}): string {
    const kid = String(header.kid ?? "one");
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const text = `${part({ typ: "at+jwt", alg: "ES256", kid, ...header })}.${part(this.claims(changes))}`;
    const key = this.keys.get(kid) ?? this.keys.get("one");
    if (!key) throw new Error("no key");
    const signature = sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" });
    return `${text}.${signature.toString("base64url")}`;
  }

  count(part: string): number {
    return this.asked.filter((url) => url.includes(part)).length;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "", this.issuer);
    this.asked.push(request.url ?? "");
    const changed = this.answers.get(url.pathname);
    if (changed) {
      changed(request, response);
      return;
    }
    if (url.pathname === "/.well-known/openid-configuration") {
      json(response, { issuer: this.issuer, jwks_uri: `${this.issuer}/.well-known/jwks.json` });
    } else if (url.pathname === "/.well-known/jwks.json") json(response, { keys: this.jwks });
    else if (url.pathname === "/api/v1/tokens/revocations") this.#feed(url, request, response);
    else response.writeHead(404).end();
  }

  #feed(url: URL, request: IncomingMessage, response: ServerResponse): void {
    const { id, rows, page } = this.feed;
    const [known, number = "0"] = (url.searchParams.get("after") ?? `${id}.0`).split(".");
    if (known !== id || Number(number) > rows.length) {
      response.writeHead(410).end();
      return;
    }
    const etag = `W/"${id}.${rows.length}"`;
    if (request.headers["if-none-match"] === etag) {
      response.writeHead(304, { etag }).end();
      return;
    }
    const until = Math.min(Number(number) + page, rows.length);
    const body = {
      data: rows.slice(Number(number), until),
      next_cursor: `${id}.${until}`,
      has_more: until < rows.length,
    };
    json(response, body, { etag });
  }
}

export function json(response: ServerResponse, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}
