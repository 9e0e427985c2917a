// oidc-provider, the certified OpenID Connect provider of npm, as people's other account.
//
// `PROVIDER` in the environment is JSON: issuer, port, jwks, clients, people (claims by what
// somebody types), and which ways clients may prove themselves. What it is asked is
// answered here by one page with one field: who it is.
import Provider from "oidc-provider";

const given = JSON.parse(process.env.PROVIDER);
const page = (uid) => `<!doctype html><title>Who is it?</title>
<form method="post" action="/as/${uid}"><input name="login"><button>It is me</button></form>`;

const provider = new Provider(given.issuer, {
  clients: given.clients,
  clientAuthMethods: given.methods,
  jwks: given.jwks,
  cookies: { keys: ["a key of these tests"] },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  conformIdTokenClaims: given.sparing,
  enabledJWA: { idTokenSigningAlgValues: ["RS256", "ES256"] },
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  interactions: { url: (_, interaction) => `/as/${interaction.uid}` },
  findAccount: (_, id) => given.people[id]
    && { accountId: id, claims: () => ({ sub: id, ...given.people[id] }) },
  async loadExistingGrant(ctx) {
    const { client, session } = ctx.oidc;
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope("openid profile email");
    await grant.save();
    return grant;
  },
});

provider.use(async (ctx, next) => {
  const uid = /^\/as\/([\w-]+)$/.exec(ctx.path)?.[1];
  if (!uid) return next();
  if (ctx.method === "GET") {
    ctx.type = "html";
    ctx.body = page(uid);
    return undefined;
  }
  const pieces = [];
  for await (const piece of ctx.req) pieces.push(piece);
  const accountId = new URLSearchParams(Buffer.concat(pieces).toString()).get("login");
  const result = given.people[accountId]
    ? { login: { accountId } }
    : { error: "access_denied", error_description: "nobody of that name" };
  await provider.interactionFinished(ctx.req, ctx.res, result);
  ctx.respond = false;
  return undefined;
});

provider.listen(given.port, "127.0.0.1");
