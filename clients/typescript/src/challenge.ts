import {
  type AuthError,
  Forbidden,
  InsufficientAuthentication,
  InsufficientScope,
  Refused,
  TokenMissing,
  type Unavailable,
} from "./errors.js";

export const PROBLEM_TYPE = "application/problem+json";

/** What a framework sends: `body` is the problem document, as JSON to be. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Return the whole answer to a refusal, the same for every framework.
 *
 * RFC 6750 section 3 (`WWW-Authenticate`), RFC 9470 section 3 (step-up), RFC 9457 (problem documents).
 */
export function answer(error: Refused | Unavailable): Answer {
  const headers: Record<string, string> = { "Cache-Control": "no-store" };
  const challenge = challengeOf(error);
  if (challenge) headers["WWW-Authenticate"] = challenge;
  if (error.retryAfter !== undefined)
    headers["Retry-After"] = String(Math.max(1, Math.round(error.retryAfter)));
  const body = {
    type: `urn:ntt-auth:problem:${error.code.replaceAll("_", "-")}`,
    title: error.title,
    status: error.status,
    detail: error.reason,
    code: error.code,
  };
  return { status: error.status, headers, body };
}

function challengeOf(error: AuthError): string {
  if (error instanceof TokenMissing) return "Bearer"; // says nothing of errors: RFC 6750 section 3.1, last paragraph
  const named: Record<string, string> = {};
  if (error instanceof InsufficientAuthentication) {
    named.error = error.code;
    if (error.acr) named.acr_values = error.acr;
    if (error.maxAge !== undefined) named.max_age = String(error.maxAge);
  } else if (error instanceof InsufficientScope) {
    named.error = error.code;
    named.scope = error.missing.join(" ");
  } else if (error instanceof Refused && !(error instanceof Forbidden)) {
    named.error = "invalid_token";
    named.error_description = error.reason;
  }
  const parts = Object.entries(named).map(([name, value]) => `${name}="${plain(value)}"`);
  return parts.length > 0 ? `Bearer ${parts.join(", ")}` : "";
}

/** Only what may stand in a quoted value (RFC 6750 section 3). */
function plain(text: string): string {
  return text.replace(/[^ !#-[\]-~]/gu, "'");
}
