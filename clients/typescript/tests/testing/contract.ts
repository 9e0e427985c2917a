// What an issuer must do, whether it is the one of the test kit or a running server: the same cases for both, so that
// the one cannot drift from the other.
import { afterEach, expect, it } from "vitest";
import { TokenInvalid, TokenRevoked, Verifier } from "../../src/index.js";
import type { Fetch } from "../../src/transport.js";

export interface Party {
  readonly issuer: string;
  readonly audience: string;
  readonly fetch: Fetch;
  /** An access token of Ada in a new session, with the scopes orders:read and orders:write. */
  person(): Promise<string>;
  service(): Promise<string>;
  /** Id and secret of an application that acts for itself. */
  readonly credentials: readonly [string, string];
  endSession(token: string): Promise<void>;
  disable(token: string): Promise<void>;
  enable(token: string): Promise<void>;
  rotateKeys(): Promise<void>;
  restartFeed(): Promise<void>;
}

type Json = Record<string, unknown>;

function read(token: string, part: 0 | 1): Json {
  return JSON.parse(Buffer.from(token.split(".")[part] ?? "", "base64url").toString()) as Json;
}

/** What a value looks like, whatever it says. */
function shapeOf(value: unknown): string {
  if (Array.isArray(value)) return `[${[...new Set(value.map(shapeOf))].join("|")}]`;
  if (typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) return "uuid";
  return Number.isInteger(value) ? "integer" : typeof value;
}

const shape = (claims: Json) => Object.fromEntries(Object.entries(claims).map(([k, v]) => [k, shapeOf(v)]));
const times = { exp: "integer", iat: "integer" };
const common = { ...times, iss: "string", aud: "string", jti: "string", scope: "string", tenant: "uuid" };
const lists = { roles: "[]", permissions: "[]", amr: "[string]" };
const session = {
  sub: "uuid",
  client_id: "string",
  sid: "uuid",
  auth_time: "integer",
  acr: "string",
  ...lists,
};

export function contract(party: () => Party): void {
  const open: Verifier[] = [];
  afterEach(() => {
    for (const verifier of open.splice(0)) verifier.close();
  });

  async function verifying(): Promise<Verifier> {
    const { issuer, audience, fetch } = party();
    const verifier = new Verifier({ issuer, audience, fetch, background: false });
    open.push(verifier);
    await verifier.warm();
    return verifier;
  }

  async function api(path: string, init: RequestInit = {}) {
    const response = await party().fetch(`${party().issuer}/api/v1/tokens/${path}`, init);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text ? (JSON.parse(text) as Json) : {},
    };
  }

  const post = (path: string, body: Json) => {
    const headers = { "Content-Type": "application/json" };
    return api(path, { method: "POST", body: JSON.stringify(body), headers });
  };

  it("a person's token says all that it should, and nothing else", async () => {
    const token = await party().person();
    expect(shape(read(token, 0))).toEqual({ alg: "string", kid: "string", typ: "string" });
    expect(read(token, 0).typ).toBe("at+jwt");
    expect(shape(read(token, 1))).toEqual({ ...common, ...session });
    expect(read(token, 1)).toMatchObject({ acr: "aal1", amr: ["pwd"], aud: party().audience });
    expect(read(token, 1).jti).toMatch(/^[\w-]{22}$/);
  });

  it("a service's token names the application, and no session", async () => {
    const claims = read(await party().service(), 1);
    expect(shape(claims)).toEqual({ ...common, sub: "string", client_id: "string" });
    expect(claims.sub).toBe(claims.client_id);
  });

  it("both are verified", async () => {
    const verifier = await verifying();
    const person = await verifier.verify(await party().person());
    expect([...person.scopes].sort()).toEqual(["orders:read", "orders:write"]);
    expect((await verifier.verify(await party().service())).isService).toBe(true);
  });

  it("a key is named by its thumbprint, and published with its use and algorithm", async () => {
    const token = await party().person();
    const { issuer, fetch } = party();
    const found = (await (await fetch(`${issuer}/.well-known/jwks.json`, {})).json()) as { keys: Json[] };
    const key = found.keys.find(({ kid }) => kid === read(token, 0).kid);
    expect(key).toMatchObject({ kty: "EC", crv: "P-256", use: "sig", alg: "ES256" });
  });

  it("a token of before a rotation stays good, one of after it is good at once", async () => {
    const verifier = await verifying();
    const before = await party().person();
    await verifier.verify(before);
    await party().rotateKeys();
    const after = await party().person();
    expect(read(after, 0).kid).not.toBe(read(before, 0).kid);
    await verifier.verify(after);
    await verifier.verify(before);
  });

  it("an ended session is refused, another one is not", async () => {
    const verifier = await verifying();
    const [ended, other] = [await party().person(), await party().person()];
    await verifier.verify(ended);
    await party().endSession(ended);
    await verifier.warm();
    await expect(verifier.verify(ended)).rejects.toBeInstanceOf(TokenRevoked);
    await verifier.verify(other);
    expect((await post("verify", { token: ended })).body).toEqual({ active: false });
  });

  it("a revoked access token is refused, and garbage is revoked in silence", async () => {
    const verifier = await verifying();
    const token = await party().person();
    expect((await post("revoke", { token })).status).toBe(204);
    expect((await post("revoke", { token: "garbage" })).status).toBe(204);
    await verifier.warm();
    await expect(verifier.verify(token)).rejects.toBeInstanceOf(TokenRevoked);
  });

  it("a disabled user is refused; enabled again, later tokens are good and earlier ones are not", async () => {
    const verifier = await verifying();
    const before = await party().person();
    await party().disable(before);
    await verifier.warm();
    await expect(verifier.verify(before)).rejects.toBeInstanceOf(TokenRevoked);
    await party().enable(before);
    const after = await party().person();
    await verifier.warm();
    await verifier.verify(after);
    await expect(verifier.verify(before)).rejects.toBeInstanceOf(TokenRevoked);
  });

  it("tokens/verify tells what a good token says, to its own audience", async () => {
    const token = await party().person();
    const { audience } = party();
    const answer = await post("verify", { token, audience });
    expect(answer.body).toEqual({ active: true, claims: read(token, 1) });
    expect((await post("verify", { token, audience: "another" })).body).toEqual({ active: false });
    const forged = `${token.slice(0, -4)}AAAA`;
    expect((await post("verify", { token: forged })).body).toEqual({ active: false });
    await expect((await verifying()).verify(forged)).rejects.toBeInstanceOf(TokenInvalid);
    expect((await post("verify", {})).status).toBe(400);
  });

  async function grant(form: Record<string, string>, pair?: readonly [string, string]) {
    const basic = pair && `Basic ${btoa(pair.map(encodeURIComponent).join(":"))}`;
    const headers: Record<string, string> = basic ? { Authorization: basic } : {};
    const body = new URLSearchParams(form);
    const response = await party().fetch(`${party().issuer}/oauth/token`, { method: "POST", body, headers });
    expect(response.headers.get("cache-control")).toBe("no-store");
    return { status: response.status, body: (await response.json()) as Json };
  }

  it("a service gets a token by its secret, in a header or in the form, for what it asks", async () => {
    const { credentials, audience } = party();
    const [client_id, client_secret] = credentials;
    const service = { grant_type: "client_credentials", resource: audience, scope: "orders:read" };
    for (const answer of [
      await grant(service, credentials),
      await grant({ ...service, client_id, client_secret }),
    ]) {
      expect(shape(answer.body)).toEqual({
        access_token: "string",
        token_type: "string",
        expires_in: "integer",
        scope: "string",
      });
      expect(answer.body).toMatchObject({ token_type: "Bearer", expires_in: 300, scope: "orders:read" });
      const claims = read(String(answer.body.access_token), 1);
      expect(claims).toMatchObject({ sub: client_id, client_id, aud: audience, scope: "orders:read" });
    }
  });

  it("nobody gets a token without a secret, or by a grant that there is not", async () => {
    const { credentials } = party();
    const service = { grant_type: "client_credentials" };
    for (const [answer, status, error] of [
      [await grant(service), 400, "invalid_client"],
      [await grant(service, [credentials[0], ""]), 401, "invalid_client"],
      [await grant({ grant_type: "password" }, credentials), 400, "unsupported_grant_type"],
      [await grant({}, credentials), 400, "invalid_request"],
    ] as const) {
      expect([answer.status, answer.body.error]).toEqual([status, error]);
    }
  });

  it("the feed tells its state by ETag, and by it that there is nothing new", async () => {
    await party().endSession(await party().person());
    const all = await api("revocations");
    expect(all.status).toBe(200);
    const rows = all.body.data as Json[];
    expect(Object.keys(rows[0] ?? {}).sort()).toEqual(["expires_at", "issued_before", "kind", "subject"]);
    expect(all.body.has_more).toBe(false);
    const etag = all.headers.get("etag") ?? "";
    expect(etag).toBe(`W/"${all.body.next_cursor}"`);
    const headers = { "If-None-Match": etag };
    expect((await api("revocations", { headers })).status).toBe(304);
    const end = `revocations?after=${all.body.next_cursor}`;
    expect((await api(end, { headers })).status).toBe(304);
    expect((await api(end)).body).toEqual({ ...all.body, data: [] });
    const [id] = String(all.body.next_cursor).split(".");
    expect((await api(`revocations?after=${id}.0`, { headers })).status).toBe(200); // in the middle of the pages
  });

  it("a cursor of another feed or of the future is gone, one that is none is refused", async () => {
    const [id] = String((await api("revocations")).body.next_cursor).split(".");
    for (const cursor of ["another.1", `${id}.999999`]) {
      const answer = await api(`revocations?after=${cursor}`);
      expect([answer.status, answer.body.code]).toEqual([410, "cursor_gone"]);
    }
    const answer = await api("revocations?after=none");
    expect([answer.status, answer.body.code]).toEqual([400, "invalid_cursor"]);
  });

  it("a restarted feed lets nobody back in", async () => {
    const verifier = await verifying();
    const token = await party().person();
    await party().endSession(token);
    await verifier.warm();
    await party().restartFeed();
    await verifier.warm();
    await expect(verifier.verify(token)).rejects.toBeInstanceOf(TokenRevoked);
  });
}
