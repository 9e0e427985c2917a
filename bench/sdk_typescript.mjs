// What verifying costs in the TypeScript SDK, beside others, in one run.
//
// Run it when the package is built (`npm ci && npm run build` in clients/typescript): `node bench/sdk_typescript.mjs`.
// A figure is the median of interleaved rounds; ratios are what counts.
import { spawnSync } from "node:child_process";
import { createHash, createPublicKey, verify } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const PACKAGE = new URL("../clients/typescript/", import.meta.url);
const requires = createRequire(new URL("package.json", PACKAGE));
const { createRemoteJWKSet, jwtVerify } = requires("jose");
const { JwtVerifier } = requires("aws-jwt-verify"); // a vendor's, for any issuer
const load = (entry) => import(new URL(`dist/esm/${entry}.js`, PACKAGE));

const [ROUNDS, TOKENS, ROWS] = [9, 300, 1_000_000];
const AUDIENCE = "https://api.example.com/orders";
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

/** The test kit's issuer, over HTTP: `jose` reads its keys there as well. */
async function served() {
  const { createTestIssuer } = await load("testing/index");
  let issuer;
  const server = createServer(async (request, response) => {
    const answer = await issuer.fetch(issuer.issuer + request.url, { method: request.method });
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  issuer = createTestIssuer({ issuer: `http://127.0.0.1:${server.address().port}`, audience: AUDIENCE });
  return { issuer, stop: () => server.close() };
}

/** Run it; return the microseconds of processor time (all threads) and of waiting that one of the tokens took. */
async function timed(work) {
  const [used, began] = [process.cpuUsage(), performance.now()];
  await work();
  const [{ user, system }, ended] = [process.cpuUsage(used), performance.now()];
  return { cpu: (user + system) / TOKENS, wall: ((ended - began) / TOKENS) * 1000 };
}

/** Return medians for each: processor time and time one after the other, and time when all tokens come at once. */
async function rounds(tokens, ways) {
  const took = Object.keys(ways).flatMap((name) => ["cpu", "one by one", "at once"].map((what) => [what, name, []]));
  const values = (what, name) => took.find(([its, whose]) => its === what && whose === name)[2];
  for (let round = -2; round < ROUNDS; round++) {
    for (const [name, verify] of Object.entries(ways)) {
      const single = await timed(async () => {
        for (const token of tokens) await verify(token);
      });
      const together = await timed(() => Promise.all(tokens.map(verify)));
      if (round < 0) continue;
      values("cpu", name).push(single.cpu);
      values("one by one", name).push(single.wall);
      values("at once", name).push(together.wall);
    }
  }
  const found = {};
  for (const [what, name, all] of took) found[what] = { ...found[what], [name]: median(all) };
  return found;
}

/** Verify the same tokens in every way, one after the other. */
async function speeds() {
  const { issuer, stop } = await served();
  const { Verifier } = await load("index");
  const options = { issuer: issuer.issuer, audience: AUDIENCE };
  const tokens = await Promise.all(
    Array.from({ length: TOKENS }, () => issuer.mintToken({ scopes: ["orders:read"], roles: ["member"] })),
  );
  const { keys } = await (await issuer.fetch(`${issuer.issuer}/.well-known/jwks.json`, {})).json();
  const key = createPublicKey({ key: keys[0], format: "jwk" });
  const subtle = await crypto.subtle.importKey("jwk", keys[0], { name: "ECDSA", namedCurve: "P-256" }, false, [
    "verify",
  ]);
  const parted = (token) => {
    const end = token.lastIndexOf(".");
    return [Buffer.from(token.slice(0, end)), Buffer.from(token.slice(end + 1), "base64url")];
  };
  const remote = createRemoteJWKSet(new URL(`${issuer.issuer}/.well-known/jwks.json`));
  const remembering = new Verifier(options);
  const forgetting = new Verifier({ ...options, cacheSize: 0 });
  await Promise.all([remembering.warm(), forgetting.warm()]);
  const aws = JwtVerifier.create({ ...options, jwksUri: `${issuer.issuer}/.well-known/jwks.json` });
  aws.cacheJwks({ keys }); // it fetches over https only
  const found = await rounds(tokens, {
    "bare node:crypto": (token) => {
      const [data, signature] = parted(token);
      if (!verify("sha256", data, { key, dsaEncoding: "ieee-p1363" }, signature)) throw new Error("wrong");
    },
    "bare crypto.subtle": async (token) => {
      const [data, signature] = parted(token);
      const algorithm = { name: "ECDSA", hash: "SHA-256" };
      if (!(await crypto.subtle.verify(algorithm, subtle, signature, data))) throw new Error("wrong");
    },
    "@ntt-auth/client, first sight": (token) => forgetting.verify(token),
    "@ntt-auth/client, repeated": (token) => remembering.verify(token),
    "jose jwtVerify": (token) =>
      jwtVerify(token, remote, { issuer: issuer.issuer, audience: AUDIENCE, typ: "at+jwt" }),
    "aws-jwt-verify": (token) => aws.verify(token),
  });
  for (const verifier of [remembering, forgetting]) verifier.close();
  stop();
  return found;
}

/** Return what a million revocations take, and a look-up among them. Runs alone, with `--expose-gc`. */
async function memory() {
  const { subjectsOf, Table } = await load("revocations");
  const table = new Table(2 * ROWS);
  const expires_at = "2100-01-01T00:00:00Z";
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  for (let i = 0; i < ROWS; i++) {
    const subject = createHash("sha256").update(`session:s${i}`).digest().subarray(0, 16).toString("base64url");
    table.add({ kind: "session", subject, issued_before: null, expires_at }, 0);
  }
  globalThis.gc?.();
  const after = process.memoryUsage().rss;
  const looked = Array.from({ length: 100_000 }, (_, i) => subjectsOf({ sid: `x${i}`, jti: `j${i}` }, "k"));
  const began = performance.now();
  for (const subjects of looked) table.refuses(subjects, 1);
  return {
    "MB (RSS) for a million rows": (after - before) / 1e6,
    "us to look up three subjects": ((performance.now() - began) / looked.length) * 1000,
  };
}

/** Return the median milliseconds by which an import slows the start. */
function imports() {
  const entry = (name) => `import ${JSON.stringify(new URL(`dist/esm/${name}.js`, PACKAGE).href)}`;
  const jose = `import ${JSON.stringify(new URL("node_modules/jose/dist/webapi/index.js", PACKAGE).href)}`;
  const code = { nothing: "0", "@ntt-auth/client": entry("index"), "./express": entry("express"), jose };
  const took = Object.fromEntries(Object.keys(code).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, text] of Object.entries(code)) {
      const began = performance.now();
      const done = spawnSync(process.execPath, ["--input-type=module", "-e", text], { stdio: "inherit" });
      if (done.status !== 0) throw new Error(`${name} cannot be imported`);
      took[name].push(performance.now() - began);
    }
  }
  const bare = median(took.nothing);
  delete took.nothing;
  return Object.fromEntries(Object.entries(took).map(([name, values]) => [name, median(values) - bare]));
}

const self = fileURLToPath(import.meta.url);
if (process.argv[2] === "memory") {
  console.log(JSON.stringify(await memory()));
} else {
  const us = await speeds();
  const rate = {};
  for (const [what, each] of Object.entries(us)) {
    const bare = each["bare node:crypto"];
    rate[what] = Object.fromEntries(Object.entries(each).map(([name, value]) => [name, bare / value]));
  }
  const alone = spawnSync(process.execPath, ["--expose-gc", self, "memory"], { encoding: "utf8" });
  const found = { us, "rate / bare": rate, memory: JSON.parse(alone.stdout), ms: imports() };
  console.log(JSON.stringify(found, null, 1));
}
