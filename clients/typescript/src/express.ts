import type { RequestHandler, Response } from "express";
import { answer, PROBLEM_TYPE } from "./challenge.js";
import { Refused, Unavailable } from "./errors.js";
import { type AuthOptions, authorizations, guard, guards, principalOf, verifierOf } from "./guard.js";
import type { Principal } from "./principal.js";
import type { Requirement } from "./requirement.js";

export type { AuthOptions } from "./guard.js";
export { Principal } from "./principal.js";

declare global {
  namespace Express {
    interface Request {
      /** Whom the request speaks for. Not there for anonymous ones: guard the route by `requireAuth()` or its like. */
      auth: Principal;
    }
  }
}

const seen = new WeakSet<object>();

/**
 * Verify the token of every request into `req.auth`, and refuse a bad one.
 *
 * A request without a token goes on, anonymous: the guards of the routes refuse it.
 */
export function auth(options: AuthOptions = {}): RequestHandler {
  const verifier = verifierOf(options);
  return (req, res, next) => {
    seen.add(req);
    principalOf(verifier, authorizations(req.rawHeaders)).then(
      (principal) => {
        req.auth = principal as Principal; // also for anonymous ones: nothing of other middleware stays
        next();
      },
      (error: unknown) => refuse(error, res, next),
    );
  };
}

function requireAll(requirement: Requirement): RequestHandler {
  return (req, res, next) => {
    try {
      guard(seen.has(req), req.auth, requirement);
    } catch (error) {
      refuse(error, res, next);
      return;
    }
    next();
  };
}

function refuse(error: unknown, res: Response, next: (error: unknown) => void): void {
  if (!(error instanceof Refused || error instanceof Unavailable)) {
    next(error);
    return;
  }
  const { status, headers, body } = answer(error);
  // `send` would add a charset to a string, which the type has none of
  res.status(status).set(headers).set("Content-Type", PROBLEM_TYPE).end(JSON.stringify(body));
}

/** `requireAuth({ acr, maxAge, ... })` asks for any of it; the others for all the names that they are given. */
export const { requireAuth, requireScopes, requireRoles, requirePermissions } = guards(requireAll);
