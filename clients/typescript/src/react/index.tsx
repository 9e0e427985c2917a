"use client";
/** Sign-in for React: a provider, two components and a hook over `AuthClient`. */
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import { AuthClient } from "../browser/client.js";
import { type AuthClientOptions, type AuthState, LOADING } from "../browser/options.js";
import { ConfigurationError } from "../errors.js";

export type { AuthClientOptions, AuthState, LoginOptions, TokenOptions } from "../browser/options.js";
export type { User } from "../oidc/user.js";

export interface AuthProviderProps extends AuthClientOptions {
  /** One that exists already, instead of the other properties. */
  client?: AuthClient | undefined;
  children?: ReactNode;
}

/** What `useAuth` gives. */
export type Auth = AuthState & Pick<AuthClient, "login" | "logout" | "fetch" | "getToken">;

const Context = createContext<AuthClient | undefined>(undefined);
const loading = () => LOADING;

/** Signs people in for everything inside it. Its properties are read once. */
export function AuthProvider({ client, children, ...options }: AuthProviderProps): ReactNode {
  const [own] = useState(() => client ?? new AuthClient(options));
  useEffect(() => {
    own.start(); // again in strict mode: the client starts once
  }, [own]);
  return <Context.Provider value={own}>{children}</Context.Provider>;
}

/** Return who is signed in, and what they can do. */
export function useAuth(): Auth {
  const client = useContext(Context);
  if (!client) throw new ConfigurationError("useAuth() is used outside of <AuthProvider>.");
  const state = useSyncExternalStore(client.subscribe, () => client.state, loading);
  return useMemo(() => {
    const { login, logout, fetch, getToken } = client;
    return { ...state, login, logout, fetch, getToken };
  }, [client, state]);
}

/** Shows its children to who is signed in. */
export function SignedIn({ children }: { children?: ReactNode }): ReactNode {
  return useAuth().isSignedIn ? children : null;
}

/** Shows its children where nobody is signed in; nothing while that is not known. */
export function SignedOut({ children }: { children?: ReactNode }): ReactNode {
  const { isLoading, isSignedIn } = useAuth();
  return isLoading || isSignedIn ? null : children;
}
