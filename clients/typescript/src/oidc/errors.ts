import { ApiError, AuthError } from "../errors.js";

/** A sign-in that did not end as it should: nobody is signed in. `code` is the server's, or `sign_in_failed`. */
export class SignInFailed extends AuthError {
  static override readonly kind = {
    name: "SignInFailed",
    status: 401,
    code: "sign_in_failed",
    title: "The sign-in failed.",
    action: "Begin the sign-in again.",
  };
}

/** Return what an OAuth error answer means (RFC 6749 section 5.2). */
export function oauthError(status: number, body: Record<string, unknown>, retryAfter?: number): ApiError {
  const told = typeof body.error_description === "string" ? body.error_description : "";
  const code = typeof body.error === "string" ? body.error : "";
  const action =
    code === "invalid_target" ? "Name the scopes of the API in `scopes`: consent is needed." : "";
  return new ApiError(told, status, { code, action, retryAfter, problem: body });
}
