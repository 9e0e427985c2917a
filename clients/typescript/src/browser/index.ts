/** Sign-in in browsers: code and PKCE, tokens in memory, refresh, calls to APIs, sign-out. */
export * from "../errors.js";
export { SignInFailed } from "../oidc/errors.js";
export type { User } from "../oidc/user.js";
export { AuthClient } from "./client.js";
export type { AuthClientOptions, AuthState, LoginOptions, TokenOptions } from "./options.js";
