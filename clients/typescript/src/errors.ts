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
export * from "./errors/answers.js";
export { AuthError, ConfigurationError, type ErrorDetails, WebhookInvalid } from "./errors/base.js";
export * from "./errors/outages.js";
export * from "./errors/refusals.js";
