import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { afterEach, expect, test } from "vitest";
import { type Run, runnable, snippets } from "./snippets.js";

const page = snippets("README.md");

/** Return the snippet below a heading, as it stands, to be run in a world of these names. */
function snippet(title: string, ...world: string[]): Promise<Run> {
  return runnable(page.find((one) => one.title === title)?.code ?? "", world);
}

let opened: Server | undefined;
afterEach(() => void opened?.close());

async function listening(server: Server): Promise<string> {
  opened = server;
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/orders`;
}

const servers: [string, () => Promise<string>][] = [
  [
    "Express",
    async () => {
      const app = express();
      await (await snippet("Express", "app"))({ app });
      return listening(createServer(app));
    },
  ],
  [
    "Fastify",
    async () => {
      const app = fastify();
      await (await snippet("Fastify", "app"))({ app });
      await app.ready();
      return listening(createServer((request, response) => app.routing(request, response)));
    },
  ],
  [
    "Hono",
    async () => {
      const app = new Hono();
      await (await snippet("Hono", "app"))({ app });
      return listening(createServer(getRequestListener(app.fetch)));
    },
  ],
];

test.each(servers)("the snippet of %s protects its route, tested as the page says", async (_, start) => {
  const steps: Record<string, () => unknown> = {};
  const url = await start();
  const before = globalThis.fetch;
  const noted = (name: string) => (step: () => unknown) => {
    steps[name] = step;
  };
  const world = ["beforeAll", "afterAll", "test", "expect", "url"];
  await (await snippet("Testing", ...world))({
    beforeAll: noted("before"),
    afterAll: noted("after"),
    test: (_: string, step: () => unknown) => noted("test")(step),
    expect,
    url,
  });
  try {
    await steps.before?.();
    expect((await fetch(url)).status).toBe(401);
    expect.assertions(4);
    await steps.test?.();
  } finally {
    await steps.after?.();
    expect(globalThis.fetch).toBe(before);
  }
});
