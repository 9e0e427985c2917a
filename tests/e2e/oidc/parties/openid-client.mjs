// openid-client, as an application uses it: it does all the checking by itself.
import { createRemoteJWKSet, jwtVerify } from "jose";
import * as oidc from "openid-client";
import { ask, given, play, refusal } from "./talk.mjs";

const proof = {
  basic: () => oidc.ClientSecretBasic(given.client_secret),
  post: () => oidc.ClientSecretPost(given.client_secret),
  none: () => oidc.None(),
};

async function key() {
  const imported = await crypto.subtle.importKey(
    "jwk", given.private_key, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"],
  );
  return oidc.PrivateKeyJwt({ key: imported, kid: given.private_key.kid });
}

async function configured() {
  const auth = given.private_key ? await key() : proof[given.method]();
  return oidc.discovery(new URL(given.issuer), given.client_id, given.metadata, auth, {
    execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
  });
}

async function signedIn(config, extra = {}) {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const expectedState = oidc.randomState();
  const expectedNonce = oidc.randomNonce();
  const build = given.pushed ? oidc.buildAuthorizationUrlWithPAR : oidc.buildAuthorizationUrl;
  const url = await build(config, {
    redirect_uri: given.redirect_uri,
    scope: given.scope,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    state: expectedState,
    nonce: expectedNonce,
    ...extra,
  });
  const back = new URL(await ask("open", url.href));
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };
  return oidc.authorizationCodeGrant(config, back, checks);
}

/** Read a logout token as OpenID Connect Back-Channel Logout 1.0 section 2.6 says. */
async function loggedOut(config, token) {
  const { jwks_uri, issuer } = config.serverMetadata();
  const { payload, protectedHeader } = await jwtVerify(token, createRemoteJWKSet(new URL(jwks_uri)), {
    issuer,
    audience: given.client_id,
    algorithms: ["RS256"],
    typ: "logout+jwt",
    requiredClaims: ["iat", "exp", "jti", "sub", "sid", "events"],
  });
  return { payload, header: protectedHeader };
}

await play({
  async code() {
    const config = await configured();
    const tokens = await signedIn(config, given.extra);
    const claims = tokens.claims();
    const next = await oidc.refreshTokenGrant(config, tokens.refresh_token);
    const userinfo = given.userinfo
      && (await oidc.fetchUserInfo(config, next.access_token, claims.sub));
    return { claims, renewed: next.claims(), userinfo, scope: tokens.scope };
  },

  async ended() {
    const config = await configured();
    const tokens = await signedIn(config);
    const before = await oidc.tokenIntrospection(config, tokens.access_token);
    await oidc.tokenRevocation(config, tokens.refresh_token);
    return {
      before,
      after: await oidc.tokenIntrospection(config, tokens.access_token),
      refused: await refusal(oidc.refreshTokenGrant(config, tokens.refresh_token)),
    };
  },

  async service() {
    const config = await configured();
    const tokens = await oidc.clientCredentialsGrant(config, { scope: given.scope });
    return { expires_in: tokens.expiresIn(), token_type: tokens.token_type, scope: tokens.scope };
  },

  async device() {
    const config = await configured();
    const begun = await oidc.initiateDeviceAuthorization(config, { scope: given.scope });
    const waiting = oidc.pollDeviceAuthorizationGrant(config, begun);
    const [settled] = await Promise.allSettled([waiting, ask("device", begun)]);
    if (settled.status === "rejected") return { error: settled.reason.error };
    return { claims: settled.value.claims(), scope: settled.value.scope };
  },

  async logout() {
    const config = await configured();
    const tokens = await signedIn(config);
    const url = oidc.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: given.goodbye,
      state: "a state",
    });
    return {
      claims: tokens.claims(),
      back: await ask("open", url.href),
      refused: await refusal(oidc.refreshTokenGrant(config, tokens.refresh_token)),
    };
  },

  async backchannel() {
    const config = await configured();
    const tokens = await signedIn(config);
    const claims = tokens.claims();
    const token = await ask("end", claims);
    return { claims, ...(await loggedOut(config, token)) };
  },
});
