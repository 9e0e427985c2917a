import { AuthError, type Kind, kind } from "./base.js";

/** The caller may not. `status` and `code` are what they are answered. */
export class Refused extends AuthError {
  static override readonly kind = kind("Refused", 401, "refused", "This is refused.");
}

/** There is no access token at all. */
export class TokenMissing extends Refused {
  static override readonly kind = kind(
    "TokenMissing",
    401,
    "token_missing",
    "There is no access token.",
    "Send 'Authorization: Bearer' with an access token.",
  );
}

/** It is no access token of the issuer for this audience. */
export class TokenInvalid extends Refused {
  static override readonly kind: Kind = kind(
    "TokenInvalid",
    401,
    "token_invalid",
    "The access token is not valid.",
    "Get a new access token for this audience.",
  );
}

/** It was good once. */
export class TokenExpired extends TokenInvalid {
  static override readonly kind = kind(
    "TokenExpired",
    401,
    "token_expired",
    "The access token has expired.",
    "Refresh it.",
  );
}

/** Its session, person, application, tenant or key has ended. */
export class TokenRevoked extends TokenInvalid {
  static override readonly kind = kind(
    "TokenRevoked",
    401,
    "token_revoked",
    "The access token was revoked.",
    "Refresh it; where that fails, sign in again.",
  );
}

/** The sign-in is too weak or too long ago (RFC 9470 section 3). `maxAge` is in seconds. */
export class InsufficientAuthentication extends Refused {
  static override readonly kind = kind(
    "InsufficientAuthentication",
    401,
    "insufficient_user_authentication",
    "A stronger or newer sign-in is needed.",
    "Send the person to sign in again with these acr_values and max_age.",
  );
  readonly acr: string | undefined;
  readonly maxAge: number | undefined;

  constructor(reason = "", needed: { acr?: string | undefined; maxAge?: number | undefined } = {}) {
    super(reason);
    this.acr = needed.acr;
    this.maxAge = needed.maxAge;
  }
}

/** The token is good, and not for this. */
export class Forbidden extends Refused {
  static override readonly kind: Kind = kind("Forbidden", 403, "forbidden", "This is not allowed.");
  readonly missing: readonly string[];

  constructor(reason = "", missing: readonly string[] = []) {
    super(reason);
    this.missing = missing;
  }
}

/** A scope is missing (RFC 6750 section 3.1). */
export class InsufficientScope extends Forbidden {
  static override readonly kind = kind(
    "InsufficientScope",
    403,
    "insufficient_scope",
    "The access token lacks a scope.",
    "Ask for a token with it.",
  );
}

/** The person lacks a role in the tenant. */
export class MissingRole extends Forbidden {
  static override readonly kind = kind(
    "MissingRole",
    403,
    "missing_role",
    "A role is missing.",
    "Whoever runs the tenant can give it.",
  );
}

/** The person's roles do not carry a permission. */
export class MissingPermission extends Forbidden {
  static override readonly kind = kind(
    "MissingPermission",
    403,
    "missing_permission",
    "A permission is missing.",
    "Whoever runs the tenant can give a role that carries it.",
  );
}
