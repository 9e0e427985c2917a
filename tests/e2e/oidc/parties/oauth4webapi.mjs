// oauth4webapi, as its own examples use it: every step asked for and validated by name.
import * as oauth from "oauth4webapi";
import { ask, given, play, refusal } from "./talk.mjs";

const http = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(given.issuer);
const client = { client_id: given.client_id, ...given.metadata };
const proof = {
  basic: () => oauth.ClientSecretBasic(given.client_secret),
  post: () => oauth.ClientSecretPost(given.client_secret),
  none: () => oauth.None(),
};

async function discovered(algorithm = "oidc") {
  const answer = await oauth.discoveryRequest(issuer, { ...http, algorithm });
  return oauth.processDiscoveryResponse(issuer, answer);
}

async function key() {
  const importedKey = await crypto.subtle.importKey(
    "jwk", given.private_key, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"],
  );
  return oauth.PrivateKeyJwt({ key: importedKey, kid: given.private_key.kid });
}

async function authenticated() {
  return given.private_key ? key() : proof[given.method]();
}

/** Send a person with a code request, pushed or not; return the checked answer. */
async function authorized(as, auth, extra = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const nonce = oauth.generateRandomNonce();
  const asked = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: given.redirect_uri,
    response_type: "code",
    scope: given.scope,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
    ...extra,
  });
  const url = new URL(as.authorization_endpoint);
  if (given.pushed) {
    const answer = await oauth.pushedAuthorizationRequest(as, client, auth, asked, http);
    const left = await oauth.processPushedAuthorizationResponse(as, client, answer);
    url.searchParams.set("client_id", client.client_id);
    url.searchParams.set("request_uri", left.request_uri);
  } else {
    url.search = asked.toString();
  }
  const back = new URL(await ask("open", url.href));
  return { parameters: oauth.validateAuthResponse(as, client, back, state), verifier, nonce, back };
}

async function exchanged(as, auth, extra = {}) {
  const { parameters, verifier, nonce } = await authorized(as, auth, extra);
  const answer = await oauth.authorizationCodeGrantRequest(
    as, client, auth, parameters, given.redirect_uri, verifier, http,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer, {
    expectedNonce: nonce,
    requireIdToken: true,
    ...(extra.max_age === undefined ? {} : { maxAge: Number(extra.max_age) }),
  });
  await oauth.validateApplicationLevelSignature(as, answer, http);
  return tokens;
}

async function about(as, tokens) {
  const { sub } = oauth.getValidatedIdTokenClaims(tokens);
  const answer = await oauth.userInfoRequest(as, client, tokens.access_token, http);
  const told = await oauth.processUserInfoResponse(as, client, sub, answer);
  if (client.userinfo_signed_response_alg) {
    await oauth.validateApplicationLevelSignature(as, answer, http);
  }
  return told;
}

async function refreshed(as, auth, token) {
  const answer = await oauth.refreshTokenGrantRequest(as, client, auth, token, http);
  const tokens = await oauth.processRefreshTokenResponse(as, client, answer);
  await oauth.validateApplicationLevelSignature(as, answer, http);
  return tokens;
}

async function introspected(as, auth, token) {
  const answer = await oauth.introspectionRequest(as, client, auth, token, http);
  return oauth.processIntrospectionResponse(as, client, answer);
}

async function revoked(as, auth, token) {
  const answer = await oauth.revocationRequest(as, client, auth, token, http);
  return oauth.processRevocationResponse(answer);
}

/** What an API does with a token that somebody shows. */
async function accepted(as, token, audience) {
  const request = new Request("https://api.example.com/orders", {
    headers: { authorization: `Bearer ${token}` },
  });
  return oauth.validateJwtAccessToken(as, request, audience, http);
}

await play({
  async documents() {
    return { oidc: await discovered("oidc"), oauth2: await discovered("oauth2") };
  },

  async code() {
    const [as, auth] = [await discovered(), await authenticated()];
    const tokens = await exchanged(as, auth, given.extra);
    const next = await refreshed(as, auth, tokens.refresh_token);
    return {
      scope: tokens.scope,
      claims: oauth.getValidatedIdTokenClaims(tokens),
      renewed: oauth.getValidatedIdTokenClaims(next),
      rotated: next.refresh_token !== tokens.refresh_token,
      userinfo: given.userinfo && (await about(as, next)),
      access: given.api && (await accepted(as, tokens.access_token, given.audience)),
    };
  },

  async stolen() {
    const [as, auth] = [await discovered(), await authenticated()];
    const first = (await exchanged(as, auth)).refresh_token;
    const second = (await refreshed(as, auth, first)).refresh_token;
    const third = (await refreshed(as, auth, second)).refresh_token;
    return {
      thief: await refusal(refreshed(as, auth, first)),
      owner: await refusal(refreshed(as, auth, third)),
    };
  },

  async denied() {
    const [as, auth] = [await discovered(), await authenticated()];
    return refusal(authorized(as, auth, given.extra));
  },

  async ended() {
    const [as, auth] = [await discovered(), await authenticated()];
    const tokens = await exchanged(as, auth);
    const access = await introspected(as, auth, tokens.access_token);
    const refresh = await introspected(as, auth, tokens.refresh_token);
    const claims = await accepted(as, tokens.access_token, given.audience);
    await revoked(as, auth, tokens.refresh_token);
    return {
      access,
      refresh,
      claims,
      after: await introspected(as, auth, tokens.access_token),
      refused: await refusal(refreshed(as, auth, tokens.refresh_token)),
      elsewhere: await refusal(accepted(as, tokens.access_token, "https://elsewhere.example")),
    };
  },

  async service() {
    const [as, auth] = [await discovered(), await authenticated()];
    const answer = await oauth.clientCredentialsGrantRequest(
      as, client, auth, new URLSearchParams({ scope: given.scope }), http,
    );
    const tokens = await oauth.processClientCredentialsResponse(as, client, answer);
    return { tokens, claims: await accepted(as, tokens.access_token, given.audience) };
  },

  async device() {
    const [as, auth] = [await discovered(), await authenticated()];
    const asked = new URLSearchParams({ scope: given.scope });
    const begun = await oauth.deviceAuthorizationRequest(as, client, auth, asked, http);
    const codes = await oauth.processDeviceAuthorizationResponse(as, client, begun);
    const poll = async () => {
      const answer = await oauth.deviceCodeGrantRequest(as, client, auth, codes.device_code, http);
      return oauth.processDeviceCodeResponse(as, client, answer);
    };
    const early = await refusal(poll());
    const hasty = await refusal(poll());
    await ask("device", codes);
    await new Promise((resolve) => setTimeout(resolve, given.patience));
    if (given.denied) return { codes, early, hasty, denied: await refusal(poll()) };
    const tokens = await poll();
    return {
      early,
      hasty,
      codes,
      claims: oauth.getValidatedIdTokenClaims(tokens),
      again: await refusal(poll()),
    };
  },
});
