/** Sign-in for Next.js (App Router): an encrypted session cookie; tokens never reach the browser. */
export * from "../errors.js";
export { SignInFailed } from "../oidc/errors.js";
export type { User } from "../oidc/user.js";
export {
  type Auth,
  type AuthOptions,
  type CookieStore,
  createAuth,
  type ProxyOptions,
  type Session,
  type TokenVerifier,
} from "./create.js";
