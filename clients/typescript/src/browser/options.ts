import type { User } from "../oidc/user.js";

export interface AuthClientOptions {
  /** The address of the authentication server, exactly, without a slash at its end. */
  issuer: string;
  clientId: string;
  /** The API that `fetch` calls; the application's first without it. */
  audience?: string | undefined;
  /** Those of the API; without them all that a first-party application may have there. */
  scopes?: readonly string[] | undefined;
  /** Where sign-ins come back to, as registered; the root of this origin. */
  redirectUri?: string | undefined;
  /** Where a sign-out comes back to, as registered; a page of the server without it. */
  postLogoutRedirectUri?: string | undefined;
  /** The other origins that `fetch` sends the token to, beside the audience's. */
  apis?: readonly string[] | undefined;
  /** `memory` (of this tab) or `shared` (localStorage, for all tabs). */
  store?: "memory" | "shared" | undefined;
  fetch?: typeof fetch | undefined;
  /** How to leave the page; a POST where `form` is given. */
  navigate?: ((url: string, form?: Record<string, string>) => void) | undefined;
}

export interface LoginOptions {
  /** Where to be afterwards, in this origin; the present address. */
  returnTo?: string | undefined;
  /** Such as `aal2` (RFC 9470). */
  acrValues?: string | undefined;
  /** In seconds. */
  maxAge?: number | undefined;
  prompt?: "login" | "consent" | "select_account" | "create" | undefined;
  loginHint?: string | undefined;
  /** Straight to another provider, by its id. */
  connection?: string | undefined;
  uiLocales?: string | undefined;
}

export interface TokenOptions {
  audience?: string | undefined;
  /** In seconds; 60. */
  minValidity?: number | undefined;
}

/** What a page shows; the same object until something changed. */
export interface AuthState {
  readonly user: User | undefined;
  readonly isLoading: boolean;
  readonly isSignedIn: boolean;
  readonly error: Error | undefined;
}

export const LOADING: AuthState = { user: undefined, isLoading: true, isSignedIn: false, error: undefined };
