import { afterEach, beforeEach, expect, it } from "vitest";
import { Client, Conflict, NotFound, ServerFault, TokenRevoked, Verifier } from "../../src/index.js";
import { type Asked, createTestIssuer } from "../../src/testing/index.js";

const options = { issuer: "https://id.example.com", audience: "https://api.example.com/orders" };
const USERS = "/api/v1/users";
let issuer = createTestIssuer(options);
let client: Client;
beforeEach(() => {
  issuer = createTestIssuer(options).install();
  client = new Client({ issuer: options.issuer, clientId: "desk", clientSecret: "any" });
});
afterEach(() => issuer.close());

it("gives a service its token, and shows what was asked", async () => {
  const asked = issuer.script("POST", USERS, { status: 201, body: { id: "u1" } });
  expect(await client.users.create({ email: "a@b.c", send_invite: true })).toEqual({ id: "u1" });
  expect(asked.map((one) => one.json())).toEqual([{ email: "a@b.c", send_invite: true }]);
  const own = new Verifier({ ...options, audience: `${options.issuer}/api/v1`, fetch: issuer.fetch });
  const me = await own.verify(asked[0]?.headers.get("authorization")?.slice(7) ?? "");
  expect([me.sub, me.isService]).toEqual(["desk", true]);
  own.close();
});

it("refuses by the code that was told", async () => {
  issuer.script("POST", USERS, { status: 409, code: "email_taken" });
  issuer.script("GET", `${USERS}/u2`, { status: 404, code: "not_found" });
  await expect(client.users.create({ email: "a@b.c" })).rejects.toBeInstanceOf(Conflict);
  await expect(client.users.get("u2")).rejects.toBeInstanceOf(NotFound);
});

it("asks a function, page by page", async () => {
  const asked = issuer.script("GET", USERS, ({ query }: Asked) => {
    const more = !query.has("cursor");
    return {
      body: { data: [{ id: more ? "u1" : "u2" }], next_cursor: more ? "c1" : null, has_more: more },
    };
  });
  const ids: string[] = [];
  for await (const user of client.users.list()) ids.push(user.id);
  expect([ids, asked.length]).toEqual([["u1", "u2"], 2]);
});

it("lets a function end what verifiers know", async () => {
  const verifier = new Verifier({ ...options, fetch: issuer.fetch });
  const token = await issuer.mintToken({ sub: "u1" });
  await verifier.verify(token);
  issuer.script("DELETE", `${USERS}/u1`, () => {
    issuer.revoke({ user: "u1" });
    return {};
  });
  await client.users.delete("u1");
  await expect(verifier.verify(token)).rejects.toBeInstanceOf(TokenRevoked);
  verifier.close();
});

it("says how to tell an answer that nobody told", async () => {
  const refused = await client.users.get("u1").catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ServerFault);
  expect(String(refused)).toContain(`issuer.script("GET", "${USERS}/u1", ...)`);
});

it("plays no grant but client_credentials", async () => {
  const body = new URLSearchParams({ grant_type: "refresh_token", client_id: "a", client_secret: "b" });
  const answer = await fetch(`${options.issuer}/oauth/token`, { method: "POST", body });
  expect([answer.status, await answer.json()]).toEqual([400, { error: "unauthorized_client" }]);
});
