// Says what the TypeScript SDK makes of each token: JSON lines in, one JSON list out.
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const { AuthError, Verifier } = await import(pathToFileURL(process.argv[2]));
const [first, ...lines] = (await text(process.stdin)).trimEnd().split("\n");
const { now, issuer, audience, jwks } = JSON.parse(first);
Date.now = () => now * 1000;
const verifier = new Verifier({ issuer, audience, jwks, revocation: "off" });

async function verdict(token) {
  try {
    const { sub, clientId, jti, issuedAt, expiresAt, scopes, roles } = await verifier.verify(token);
    return ["valid", sub, clientId, jti, issuedAt, expiresAt, [...scopes].sort(), [...roles].sort()];
  } catch (error) {
    return [error instanceof AuthError ? error.code : `crash ${error?.name}`];
  }
}

const verdicts = [];
for (const line of lines) verdicts.push(await verdict(JSON.parse(line)));
process.stdout.write(JSON.stringify(verdicts));
