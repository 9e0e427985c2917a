import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { answer, PROBLEM_TYPE } from "./challenge.js";
import { Refused, Unavailable } from "./errors.js";
import { type AuthOptions, authorizations, guard, guards, principalOf, verifierOf } from "./guard.js";
import type { Principal } from "./principal.js";
import type { Requirement } from "./requirement.js";

export type { AuthOptions } from "./guard.js";
export { Principal } from "./principal.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Whom the request speaks for. Null for anonymous ones: guard the route by `requireAuth()` or its like. */
    auth: Principal;
  }
}

type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
const seen = new WeakSet<object>();

const plugin: FastifyPluginAsync<AuthOptions> = async (app, options) => {
  const verifier = verifierOf(options);
  app.decorateRequest("auth", null as unknown as Principal);
  if (!options.verifier) app.addHook("onClose", async () => verifier.close());
  app.addHook("onRequest", async (request, reply) => {
    seen.add(request);
    try {
      const principal = await principalOf(verifier, authorizations(request.raw.rawHeaders));
      request.auth = (principal ?? null) as Principal; // also for anonymous ones: nothing of other hooks stays
    } catch (error) {
      return refuse(error, reply);
    }
  });
};

/** Verify the token of every request into `request.auth`, and refuse a bad one: `app.register(auth, { ... })`. */
export const auth: FastifyPluginAsync<AuthOptions> = Object.assign(plugin, {
  [Symbol.for("skip-override")]: true, // for the routes beside it, not only those inside
});

function requireAll(requirement: Requirement): Guard {
  return async (request, reply) => {
    try {
      guard(seen.has(request), request.auth, requirement);
    } catch (error) {
      return refuse(error, reply);
    }
  };
}

function refuse(error: unknown, reply: FastifyReply): FastifyReply {
  if (!(error instanceof Refused || error instanceof Unavailable)) throw error;
  const { status, headers, body } = answer(error);
  return reply.code(status).headers(headers).type(PROBLEM_TYPE).send(JSON.stringify(body));
}

/** For `preHandler`. `requireAuth({ acr, maxAge, ... })` asks for any of it, the others for all their names. */
export const { requireAuth, requireScopes, requireRoles, requirePermissions } = guards(requireAll);
