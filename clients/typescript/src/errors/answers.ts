import { AuthError, type ErrorDetails, type Kind, kind } from "./base.js";

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
