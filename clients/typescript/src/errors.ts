/**
 * What can go wrong, as one small tree with stable codes: the same names and codes as in the Python package.
 *
 * Every error says in `reason` what happened (expected against got), and in `action` what whoever reads it can do.
 * None of them carries a token, a secret or a code.
 *
 *     AuthError
 *       ConfigurationError        this process is set up wrongly
 *       Refused                   the caller may not: an answer for them
 *         TokenMissing 401, TokenInvalid 401, TokenExpired 401, TokenRevoked 401
 *         InsufficientAuthentication 401 (RFC 9470)
 *         Forbidden 403: InsufficientScope, MissingRole, MissingPermission
 *       Unavailable 503           nobody can tell at the moment: try again
 *         KeysUnavailable, RevocationsUnavailable, ServerUnavailable
 *       ApiError                  what the authentication server answered (RFC 9457)
 *         BadRequest 400 and 422, Unauthenticated 401, NotAllowed 403, NotFound 404, Conflict 409,
 *         RateLimited 429, ServerFault 5xx
 *       WebhookInvalid            a webhook that is not genuine
 */

export interface ErrorDetails {
  action?: string | undefined;
  code?: string | undefined;
  requestId?: string | undefined;
  /** In seconds. */
  retryAfter?: number | undefined;
  cause?: unknown;
}

/** Anything that this package throws. */
export class AuthError extends Error {
  readonly code: string;
  readonly status: number;
  /** What happened, in a sentence without code. */
  readonly reason: string;
  /** What can be done about it. */
  readonly action: string;
  readonly requestId: string;
  /** In seconds. */
  readonly retryAfter: number | undefined;

  constructor(reason = "", details: ErrorDetails = {}) {
    const kind = new.target.kind;
    const code = details.code || kind.code;
    const action = details.action || kind.action;
    const request = details.requestId ? `(request ${details.requestId})` : "";
    super([`${code}: ${reason || kind.title}`, action, request].filter(Boolean).join(" "), {
      cause: details.cause,
    });
    this.name = kind.name;
    this.code = code;
    this.status = kind.status;
    this.reason = reason || kind.title;
    this.action = action;
    this.requestId = details.requestId ?? "";
    this.retryAfter = details.retryAfter;
  }

  /** The title of a problem document about it (RFC 9457). */
  get title(): string {
    return (this.constructor as typeof AuthError).kind.title;
  }

  static readonly kind: Kind = kind("AuthError", 500, "auth_error", "Something went wrong.");
}

interface Kind {
  readonly name: string;
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly action: string;
}

function kind(name: string, status: number, code: string, title: string, action = ""): Kind {
  return { name, status, code, title, action };
}

/** This process is set up wrongly. */
export class ConfigurationError extends AuthError {
  static override readonly kind = kind(
    "ConfigurationError",
    500,
    "configuration",
    "The authentication is not set up.",
  );
}

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

/** Nobody can tell at the moment. `retryAfter` is in seconds. */
export class Unavailable extends AuthError {
  static override readonly kind: Kind = kind(
    "Unavailable",
    503,
    "unavailable",
    "This cannot be answered at the moment.",
    "Try again shortly.",
  );
}

/** There are no keys to verify with. */
export class KeysUnavailable extends Unavailable {
  static override readonly kind = kind(
    "KeysUnavailable",
    503,
    "keys_unavailable",
    "The issuer's keys cannot be read.",
    "Try again shortly.",
  );
}

/** The revocation feed is too old for `revocation: "strict"`. */
export class RevocationsUnavailable extends Unavailable {
  static override readonly kind = kind(
    "RevocationsUnavailable",
    503,
    "revocations_unavailable",
    "The revocations cannot be read.",
    "Try again shortly.",
  );
}

/** The authentication server did not answer, or not in time. */
export class ServerUnavailable extends Unavailable {
  static override readonly kind = kind(
    "ServerUnavailable",
    503,
    "server_unavailable",
    "The authentication server does not answer.",
    "Try again shortly.",
  );
}

/** What is wrong with one field of a request; `pointer` is RFC 6901. */
export interface FieldFault {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** What the authentication server answered, instead of what was asked for. */
export class ApiError extends AuthError {
  static override readonly kind: Kind = kind(
    "ApiError",
    500,
    "api_error",
    "The authentication server refused.",
  );
  override readonly status: number;
  readonly problem: Readonly<Record<string, unknown>>;
  readonly errors: readonly FieldFault[];

  constructor(
    reason: string,
    status: number,
    details: ErrorDetails & { problem?: Record<string, unknown> | undefined } = {},
  ) {
    super(reason, details);
    this.status = status;
    this.problem = details.problem ?? {};
    const faults = Array.isArray(this.problem.errors) ? this.problem.errors : [];
    this.errors = faults
      .filter((fault): fault is Record<string, unknown> => typeof fault === "object" && fault !== null)
      .map((fault) => ({
        pointer: String(fault.pointer ?? ""),
        code: String(fault.code ?? ""),
        detail: String(fault.detail ?? ""),
      }));
  }
}

/** 400, 413, 415, 422: see `errors` for the fields. */
export class BadRequest extends ApiError {
  static override readonly kind = kind("BadRequest", 400, "bad_request", "The request is not valid.");
}

/** 401. `mfa_required` and `email_verification_required` are steps, with `problem.flow_token`. */
export class Unauthenticated extends ApiError {
  static override readonly kind = kind("Unauthenticated", 401, "unauthenticated", "Not signed in.");
}

/** 403. */
export class NotAllowed extends ApiError {
  static override readonly kind = kind("NotAllowed", 403, "not_allowed", "This is not allowed.");
}

/** 404 and 410. */
export class NotFound extends ApiError {
  static override readonly kind = kind("NotFound", 404, "not_found", "There is no such thing.");
}

/** 409. */
export class Conflict extends ApiError {
  static override readonly kind = kind("Conflict", 409, "conflict", "It stands against something there.");
}

/** 429; `retryAfter` is in seconds. */
export class RateLimited extends ApiError {
  static override readonly kind = kind(
    "RateLimited",
    429,
    "rate_limited",
    "Too many requests.",
    "Wait for retryAfter seconds.",
  );
}

/** 5xx. */
export class ServerFault extends ApiError {
  static override readonly kind = kind("ServerFault", 500, "server_fault", "The server failed.");
}

/** Not a genuine webhook, or an old one. */
export class WebhookInvalid extends AuthError {
  static override readonly kind = kind(
    "WebhookInvalid",
    400,
    "webhook_invalid",
    "The webhook is not genuine.",
  );
}
