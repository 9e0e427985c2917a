import { inspect } from "node:util";
import { expect, it } from "vitest";
import { BadRequest, Client, NotFound, RateLimited, ServerUnavailable } from "../src/index.js";

type Seen = { url: string; init: RequestInit; headers: Record<string, string> };

function faked(answers: (seen: Seen, count: number) => Response | Promise<Response>) {
  const seen: Seen[] = [];
  const fake = async (url: unknown, init: RequestInit = {}) => {
    const one = { url: String(url), init, headers: init.headers as Record<string, string> };
    seen.push(one);
    return answers(one, seen.length);
  };
  const options = { issuer: "https://id.example.com", fetch: fake as typeof fetch, pause: async () => {} };
  return { seen, options, client: new Client({ ...options, token: "good" }) };
}
const json = (body: unknown, status = 200, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers });

it("asks for one token however many calls wait", async () => {
  const { seen, options } = faked((one) =>
    json(one.url.endsWith("/oauth/token") ? { access_token: "t", expires_in: 300 } : {}),
  );
  const client = new Client({ ...options, clientId: "a:b", clientSecret: "s e%" });
  await Promise.all(Array.from({ length: 100 }, () => client.users.get("1")));
  const asked = seen.filter((one) => one.url.endsWith("/oauth/token"));
  expect(asked).toHaveLength(1);
  expect(atob(asked[0]?.headers.Authorization?.slice(6) ?? "")).toBe("a%3Ab:s+e%25");
  expect(inspect(client, { depth: 9 }) + JSON.stringify(client)).not.toMatch(/s e%|"t"/);
});

it("repeats a POST of management under one key, and one that takes none only when it was refused", async () => {
  const failing = faked((_, count) => (count < 3 ? json({}, 502) : json({}, 201)));
  await failing.client.tenants.create({ slug: "shop" });
  expect(new Set(failing.seen.map((one) => one.headers["Idempotency-Key"])).size).toBe(1);
  expect(failing.seen).toHaveLength(3);
  const login = faked(() => json({}, 502));
  await expect(login.client.auth.login({ email: "a@b.c", password: "p" })).rejects.toThrow();
  expect(login.seen).toHaveLength(1);
  const limited = faked((_, count) => (count < 2 ? json({}, 429, { "Retry-After": "1" }) : json({})));
  await limited.client.auth.login({ email: "a@b.c", password: "p" });
  expect(limited.seen).toHaveLength(2);
  expect(limited.seen[0]?.headers.Authorization).toBeUndefined();
});

it("encodes ids and refuses what would be another path", async () => {
  const { seen, client } = faked(() => json({}));
  await client.tenant("a/../b").roles.get("x?y#z");
  expect(seen[0]?.url).toBe("https://id.example.com/api/v1/tenants/a%2F..%2Fb/roles/x%3Fy%23z");
  for (const id of ["", ".", ".."]) expect(() => client.users.get(id)).toThrow(BadRequest);
  expect(seen).toHaveLength(1);
});

it("follows the pages", async () => {
  const { client } = faked((one) =>
    json(
      one.url.includes("cursor=2")
        ? { data: [{ id: "b" }], next_cursor: null, has_more: false }
        : { data: [{ id: "a" }], next_cursor: "2", has_more: true },
    ),
  );
  const found: string[] = [];
  for await (const user of client.users.list({ limit: 1 })) found.push(user.id);
  expect(found).toEqual(["a", "b"]);
});

it("throws typed errors with request id and Retry-After, and no redirect is followed", async () => {
  const problem = { code: "not_found", detail: "No." };
  const missing = faked(() => json(problem, 404, { "X-Request-ID": "r1" }));
  await expect(missing.client.users.get("1")).rejects.toMatchObject({ code: "not_found", requestId: "r1" });
  await expect(missing.client.users.get("1")).rejects.toThrow(NotFound);
  const limited = faked(() => json({}, 429, { "Retry-After": "90" }));
  await expect(limited.client.users.get("1")).rejects.toThrow(RateLimited);
  expect(limited.seen).toHaveLength(1);
  const moved = faked(
    () => new Response(null, { status: 302, headers: { Location: "https://evil.example" } }),
  );
  await expect(moved.client.users.get("1")).rejects.toThrow(ServerUnavailable);
  expect(moved.seen).toHaveLength(1);
});
