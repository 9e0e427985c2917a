import { base64url } from "../oidc/encoding.js";

/** What a token says; whatever is not given is what the server would say of somebody who signed in just now. */
export interface TokenOptions {
  /** The person: a UUID. Default: one for each issuer. */
  sub?: string;
  /** Default: one for each issuer. */
  tenant?: string;
  /** Default: `test`. */
  clientId?: string;
  scopes?: readonly string[];
  roles?: readonly string[];
  permissions?: readonly string[];
  /** `aal1` (default) or `aal2`, which says `mfa` in `amr` as well. */
  acr?: string;
  amr?: readonly string[];
  /** When the person signed in, in Unix seconds. Default: now. */
  authTime?: number;
  /** The session. Default: a new one. */
  sid?: string;
  jti?: string;
  /** Default: the issuer's. */
  audience?: string;
  /** In Unix seconds. Default: now. */
  issuedAt?: number;
  /** In seconds, counted from `issuedAt`. Default 300. */
  expiresIn?: number;
  /** Claims that replace the others; `undefined` leaves one out. */
  claims?: Readonly<Record<string, unknown>>;
}

/** What an issuer fills in. */
export interface Defaults {
  readonly issuer: string;
  readonly audience: string;
  readonly sub: string;
  readonly tenant: string;
  readonly now: number;
}

export type Claims = Record<string, unknown>;

/** Return the claims of a person's access token, as the server's `tokens/minting.py` makes them. */
export function personClaims(options: TokenOptions, defaults: Defaults): Claims {
  const { issuedAt = defaults.now, acr = "aal1", sid = crypto.randomUUID() } = options;
  return {
    ...common(options, defaults),
    sub: options.sub ?? defaults.sub,
    client_id: options.clientId ?? "test",
    sid,
    roles: [...(options.roles ?? [])],
    permissions: [...(options.permissions ?? [])],
    auth_time: options.authTime ?? issuedAt,
    amr: [...(options.amr ?? (acr === "aal2" ? ["pwd", "otp", "mfa"] : ["pwd"]))],
    acr,
    ...options.claims,
  };
}

/** Return the claims of an application's own token (RFC 6749 section 4.4): nobody signed in, so there is no session. */
export function serviceClaims(options: TokenOptions, defaults: Defaults): Claims {
  const client = options.clientId ?? "test-service";
  return { ...common(options, defaults), sub: client, client_id: client, ...options.claims };
}

/** Return the claims of an ID token (OpenID Connect Core section 2); its audience is the application. */
export function idClaims(options: TokenOptions, defaults: Defaults): Claims {
  const { issuedAt = defaults.now, expiresIn = 3600, clientId = "test" } = options;
  const { sub, sid, auth_time, amr, acr } = personClaims({ ...options, claims: {} }, defaults);
  const person = { sub, sid, auth_time, amr, acr };
  const profile = { name: "Ada", email: "ada@example.com", email_verified: true };
  const times = { iat: issuedAt, exp: issuedAt + expiresIn };
  return { iss: defaults.issuer, aud: clientId, ...times, ...person, ...profile, ...options.claims };
}

function common(options: TokenOptions, defaults: Defaults): Claims {
  const { issuedAt = defaults.now, expiresIn = 300 } = options;
  return {
    iss: defaults.issuer,
    aud: options.audience ?? defaults.audience,
    exp: issuedAt + expiresIn,
    iat: issuedAt,
    jti: options.jti ?? base64url(crypto.getRandomValues(new Uint8Array(16))),
    scope: (options.scopes ?? []).join(" "),
    tenant: options.tenant ?? defaults.tenant,
  };
}
