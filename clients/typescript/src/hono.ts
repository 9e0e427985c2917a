import type { MiddlewareHandler } from "hono";
import { answer, PROBLEM_TYPE } from "./challenge.js";
import { Refused, Unavailable } from "./errors.js";
import { type AuthOptions, guard, guards, principalOf, verifierOf } from "./guard.js";
import type { Principal } from "./principal.js";
import type { Requirement } from "./requirement.js";

export type { AuthOptions } from "./guard.js";
export { Principal } from "./principal.js";

/** For `new Hono<{ Variables: AuthVariables }>()`; the guards bring it along by themselves. */
export interface AuthVariables {
  /** Whom the request speaks for. Not there for anonymous ones. */
  auth: Principal;
}

type Guard = MiddlewareHandler<{ Variables: AuthVariables }>;
const seen = new WeakSet<object>();

/** Verify the token of every request into `c.get("auth")`, and refuse a bad one; an anonymous request goes on. */
export function auth(options: AuthOptions = {}): Guard {
  const verifier = verifierOf(options);
  return async (c, next) => {
    seen.add(c);
    try {
      const principal = await principalOf(verifier, c.req.raw.headers.get("authorization"));
      c.set("auth", principal as Principal); // also for anonymous ones: nothing of other middleware stays
    } catch (error) {
      return refused(error);
    }
    await next();
  };
}

function requireAll(requirement: Requirement): Guard {
  return async (c, next) => {
    try {
      guard(seen.has(c), c.get("auth"), requirement);
    } catch (error) {
      return refused(error);
    }
    await next();
  };
}

function refused(error: unknown): Response {
  if (!(error instanceof Refused || error instanceof Unavailable)) throw error;
  const { status, headers, body } = answer(error);
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...headers, "Content-Type": PROBLEM_TYPE },
  });
}

/** `requireAuth({ acr, maxAge, ... })` asks for any of it; the others for all the names that they are given. */
export const { requireAuth, requireScopes, requireRoles, requirePermissions } = guards(requireAll);
