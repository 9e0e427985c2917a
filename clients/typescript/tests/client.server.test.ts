import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { Headless, type SignedIn } from "../src/headless/index.js";
import {
  BadRequest,
  Client,
  Conflict,
  NotAllowed,
  NotFound,
  Unauthenticated,
  Verifier,
} from "../src/index.js";
import { runnable, snippets } from "./snippets.js";
import { installed, Service } from "./testing/service.js";

const PASSWORD = "a passphrase of her own";

describe.skipIf(!installed)("the client of a service that manages", () => {
  let service: Service;
  let client: Client;
  let desk: { clientId: string; clientSecret: string };

  beforeAll(async () => {
    service = await new Service().start();
    const traits = ["--tenant", "default", "--name", "Desk", "--type", "service", "--first-party"];
    const made = await service.make("create-application", ...traits, "--manages", "instance");
    desk = { clientId: made.client_id as string, clientSecret: made.client_secret as string };
    client = new Client({ issuer: service.issuer, ...desk });
  });
  afterAll(() => service.stop());
  afterEach(() => vi.unstubAllEnvs());

  it("makes what a tenant needs", async () => {
    const tenant = await client.tenants.create({ slug: "shop", name: "A shop" });
    expect(await client.tenants.get("shop")).toEqual(tenant);
    const shop = client.tenant("shop");
    const identifier = "https://shop.example/orders";
    const api = await shop.apis.create({ identifier, scopes: [{ name: "orders:read" }] });
    expect((await shop.apis.get(api.id)).identifier).toBe(identifier);
    const role = await shop.roles.create({ name: "clerk", permissions: ["audit:read"] });
    const user = await client.users.create({ email: "clerk@shop.example", email_verified: true });
    const member = await shop.memberships.create({ user_id: user.id, roles: ["clerk"] });
    expect(await idsOf(shop.memberships.list())).toEqual([member.id]);
    expect(await idsOf(shop.roles.list())).toEqual([role.id]);
    const made = await shop.applications.create({
      name: "Billing",
      type: "service",
      audiences: [identifier],
    });
    const newer = await shop.applications.secrets.rotate(made.client_id, { overlap: 60 });
    expect(newer.client_secret).not.toBe(made.client_secret);
    expect((await shop.applications.suspend(made.client_id)).suspended_at).toBeTruthy();
    expect((await shop.applications.resume(made.client_id)).suspended_at).toBeNull();
    expect(await shop.memberships.delete(member.id)).toBeUndefined();
    const actions: string[] = [];
    for await (const event of shop.auditEvents.list()) actions.push(event.action);
    expect(actions.join()).toContain("membership");
  });

  it("reads a list over all its pages", async () => {
    await client.tenants.create({ slug: "pages" });
    const { roles } = client.tenant("pages");
    const names = ["one", "two", "three", "four", "five"];
    for (const name of names) await roles.create({ name });
    const found: string[] = [];
    for await (const { name } of roles.list({ limit: 2 })) found.push(name);
    expect(found.sort()).toEqual(names.sort());
    const first = await roles.list({ limit: 2 }).page();
    const second = await roles.list({ limit: 2 }).page(first.next_cursor as string);
    expect([first.data.length, second.data.length, first.has_more]).toEqual([2, 2, true]);
    expect(first.data).not.toEqual(second.data);
  });

  it("invites somebody to choose a password, who then signs in", async () => {
    const email = "ada@invited.example";
    await client.tenants.create({ slug: "invited", registration: "open" });
    const user = await client.users.create({ email, send_invite: true });
    const traits = ["--tenant", "invited", "--name", "Web", "--type", "spa", "--first-party"];
    const { client_id: clientId } = await service.make("create-application", ...traits);
    const headless = new Headless({ issuer: service.issuer, clientId });
    const key = await service.letter(email, /[?&]key=([\w-]+)/);
    expect(await headless.resetPassword(key, PASSWORD)).toBeUndefined();
    const { tokens } = (await headless.login({ email, password: PASSWORD })) as SignedIn;
    expect(tokens.user.id).toBe(user.id);
    const own = new Client({ issuer: service.issuer, token: async () => tokens.access_token });
    expect((await own.me.update({ name: "Ada" })).name).toBe("Ada");
    expect((await own.me.export()).user_id).toBe(user.id);
    expect(
      await client.tokens.verify({ token: tokens.access_token, audience: `${service.issuer}/api/v1` }),
    ).toMatchObject({ active: true });
    await client.users.sessions.endAll(user.id);
    await expect(headless.refresh(tokens.refresh_token)).rejects.toThrow(Unauthenticated);
  });

  it("invites a member by mail, who accepts", async () => {
    const email = "ben@invited.example";
    await client.tenants.create({ slug: "members" });
    const { invitations, memberships } = client.tenant("members");
    await invitations.create({ email });
    const key = await service.letter(email, /[?&]key=([\w-]+)/);
    const { auth } = client;
    expect(await auth.invitation({ key })).toMatchObject({ email });
    await auth.acceptInvitation({ key, password: PASSWORD, name: "Ben" });
    expect(await idsOf(memberships.list())).toHaveLength(1);
  });

  it("makes one user by the same key, and refuses another under it", async () => {
    const body = { email: "once@example.com" };
    const once = { idempotencyKey: "only-once" };
    expect(await client.users.create(body, once)).toEqual(await client.users.create(body, once));
    const another = client.users.create({ email: "twice@example.com" }, once);
    await expect(another).rejects.toMatchObject({ code: "idempotency_key_reused" });
  });

  it("throws each refusal as its kind", async () => {
    await client.tenants.create({ slug: "kinds" });
    await expect(client.tenants.create({ slug: "kinds" })).rejects.toThrow(Conflict);
    const missing = await client.tenants.get("nobody-has-this").catch((error: unknown) => error);
    expect(missing).toBeInstanceOf(NotFound);
    expect((missing as NotFound).requestId).not.toBe("");
    const invalid = await client.tenants.create({ slug: "No slug!" }).catch((error: unknown) => error);
    expect(invalid).toBeInstanceOf(BadRequest);
    expect((invalid as BadRequest).errors.map(({ pointer }) => pointer)).toEqual(["#/slug"]);
    await expect(client.me.get()).rejects.toThrow(NotAllowed);
    const unknown = new Client({
      issuer: service.issuer,
      clientId: "nobody",
      clientSecret: "of nobody at all",
    });
    await expect(unknown.users.list().page()).rejects.toMatchObject({ code: "invalid_client", status: 401 });
  });

  it.each([
    ["README.md", "Service client"],
    ["docs/client.md", "The REST client"],
  ])("is what the snippet of %s runs", async (page, heading) => {
    vi.stubEnv("NTT_AUTH_ISSUER", service.issuer);
    vi.stubEnv("NTT_AUTH_CLIENT_ID", desk.clientId);
    vi.stubEnv("NTT_AUTH_CLIENT_SECRET", desk.clientSecret);
    const said = vi.spyOn(console, "log").mockImplementation(() => undefined);
    await client.users.create({ email: `reader@${heading.length}.example` });
    const { code } = snippets(page).find(({ title }) => title === heading) ?? { code: "" };
    const slug = `snippet-${heading.length}`;
    await client.tenants.create({ slug });
    await (await runnable(code.replace('"default"', `"${slug}"`)))({});
    expect(said).toHaveBeenCalledWith(`reader@${heading.length}.example`);
    said.mockRestore();
    expect(await idsOf(client.tenant(slug).roles.list())).toHaveLength(1);
  });

  it("has a token that verifies offline", async () => {
    const audience = `${service.issuer}/api/v1`;
    const basic = `Basic ${btoa(`${desk.clientId}:${desk.clientSecret}`)}`;
    const body = new URLSearchParams({ grant_type: "client_credentials", resource: audience });
    const answer = await fetch(`${service.issuer}/oauth/token`, {
      method: "POST",
      body,
      headers: { Authorization: basic },
    });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const verifier = new Verifier({ issuer: service.issuer, audience });
    try {
      expect([...(await verifier.verify(token)).scopes]).toEqual(["manage"]);
    } finally {
      verifier.close();
    }
  });
});

async function idsOf(rows: AsyncIterable<{ id: string }>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of rows) ids.push(id);
  return ids;
}
