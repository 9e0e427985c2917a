import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono, type MiddlewareHandler } from "hono";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as forExpress from "../src/express.js";
import * as forFastify from "../src/fastify.js";
import * as forHono from "../src/hono.js";
import { AUDIENCE, Issuer } from "./servers.js";

const issuer = await Issuer.start();
const options = { issuer: issuer.issuer, audience: AUDIENCE, revocation: "off" as const };

/** What other middleware writes to the same place. */
const FOREIGN = { sub: "mallory", scopes: new Set(["orders:read"]) } as unknown as forExpress.Principal;

function foreign(req: express.Request, _res: express.Response, next: () => void): void {
  req.auth = FOREIGN;
  next();
}

function expressServer(): Server {
  const { auth, requireAuth, requireScopes } = forExpress;
  const app = express();
  app.use(foreign);
  app.use(auth(options));
  app.get("/late", foreign, requireAuth(), (_req, res) => void res.json({}));
  app.get(
    "/open",
    (req, res) => void res.json({ sub: (req.auth as typeof req.auth | undefined)?.sub ?? null }),
  );
  app.get("/orders", requireScopes("orders:read"), (req, res) => void res.json({ sub: req.auth.sub }));
  app.get("/write", requireScopes("orders:write"), (req, res) => void res.json({ sub: req.auth.sub }));
  app.get("/strong", requireAuth({ acr: "aal2" }), (req, res) => void res.json({ sub: req.auth.sub }));
  return createServer(app);
}

async function fastifyServer(): Promise<Server> {
  const { auth, requireAuth, requireScopes } = forFastify;
  const app = fastify();
  app.addHook("onRequest", async (request) => {
    request.auth = FOREIGN;
  });
  await app.register(auth, options);
  const foreign = async (request: { auth: forFastify.Principal }) => {
    request.auth = FOREIGN;
  };
  app.get("/late", { preHandler: [foreign, requireAuth()] }, async () => ({}));
  app.get("/open", async (request) => ({ sub: (request.auth as typeof request.auth | null)?.sub ?? null }));
  app.get("/orders", { preHandler: requireScopes("orders:read") }, async ({ auth: me }) => ({ sub: me.sub }));
  app.get("/write", { preHandler: requireScopes("orders:write") }, async ({ auth: me }) => ({ sub: me.sub }));
  app.get("/strong", { preHandler: requireAuth({ acr: "aal2" }) }, async ({ auth: me }) => ({ sub: me.sub }));
  await app.ready();
  return app.server;
}

function honoServer(): Server {
  const { auth, requireAuth, requireScopes } = forHono;
  const app = new Hono<{ Variables: forHono.AuthVariables }>();
  const foreign: MiddlewareHandler<{ Variables: forHono.AuthVariables }> = async (c, next) => {
    c.set("auth", FOREIGN);
    await next();
  };
  app.use(foreign);
  app.use(auth(options));
  app.get("/late", foreign, requireAuth(), (c) => c.json({}));
  app.get("/open", (c) => c.json({ sub: (c.get("auth") as forHono.Principal | undefined)?.sub ?? null }));
  app.get("/orders", requireScopes("orders:read"), (c) => c.json({ sub: c.get("auth").sub }));
  app.get("/write", requireScopes("orders:write"), (c) => c.json({ sub: c.get("auth").sub }));
  app.get("/strong", requireAuth({ acr: "aal2" }), (c) => c.json({ sub: c.get("auth").sub }));
  return createServer(getRequestListener(app.fetch));
}

/** One request, written by hand, so that headers may be odd. */
function asked(port: number, path: string, headers: string[]): Promise<string> {
  const lines = [`GET ${path} HTTP/1.1`, "Host: api", "Connection: close", ...headers, "", ""];
  return new Promise((done, fail) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(lines.join("\r\n"), "latin1"));
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    socket.on("end", () => done(text)).on("error", fail);
  });
}

const bearer = (changes = {}) => [`Authorization: Bearer ${issuer.token(changes)}`];
const cases: [string, string, () => string[], number, string][] = [
  ["anonymous, on an open route", "/open", () => [], 200, '"sub":null'],
  ["anonymous, on a guarded route", "/orders", () => [], 401, "token_missing"],
  ["anonymous, where other middleware says who it is", "/late", () => [], 401, "token_missing"],
  ["a good token", "/orders", () => bearer(), 200, '"sub":"ada"'],
  ["a bad token, even on an open route", "/open", () => ["Authorization: Bearer x"], 401, "token_invalid"],
  ["a token of another audience", "/orders", () => bearer({ aud: "x" }), 401, 'error="invalid_token"'],
  ["a missing scope", "/write", () => bearer(), 403, 'scope="orders:write"'],
  ["a weak sign-in", "/strong", () => bearer(), 401, 'acr_values="aal2"'],
  ["another scheme", "/orders", () => ["Authorization: Basic YTpi"], 401, "token_missing"],
  ["no scheme", "/orders", () => ["Authorization: "], 401, "token_missing"],
  ["a header beyond ASCII", "/orders", () => ["Authorization: Bearer \u00e9\u00ff"], 401, "token_invalid"],
  ["a long header", "/orders", () => [`Authorization: Bearer ${"a".repeat(12_000)}`], 401, "token_invalid"],
  ["two headers", "/orders", () => [...bearer(), ...bearer()], 401, "token_invalid"],
];

describe.each([
  ["Express", expressServer],
  ["Fastify", fastifyServer],
  ["Hono", honoServer],
])("%s", (_, made) => {
  let server: Server;
  beforeAll(async () => {
    server = await made();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  });
  afterAll(() => void server.close());

  it.each(cases)("%s", async (_name, path, headers, status, part) => {
    const reply = await asked((server.address() as AddressInfo).port, path, headers());
    expect(reply).toContain(`HTTP/1.1 ${status} `);
    expect(reply).toContain(part);
    if (status !== 200) expect(reply).toContain("application/problem+json");
  });
});

afterAll(() => issuer.stop());
