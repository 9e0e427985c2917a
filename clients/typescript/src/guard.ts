import { tokenOf } from "./bearer.js";
import { ConfigurationError, TokenMissing } from "./errors.js";
import { Principal } from "./principal.js";
import { check, checked, type Requirement } from "./requirement.js";
import { type RevocationPolicy, Verifier, type VerifierOptions } from "./verifier.js";

/** What `auth()` takes in every framework: what is not given of `issuer`, `audience` and `revocation` comes from `NTT_AUTH_*`. */
export interface AuthOptions extends Partial<VerifierOptions> {
  /** One to share, instead of all else. */
  verifier?: Verifier | undefined;
}

/** Return the verifier that the options, or the environment, describe. Throws `ConfigurationError`. */
export function verifierOf(options: AuthOptions = {}): Verifier {
  if (options.verifier) return options.verifier;
  const issuer = options.issuer ?? required("NTT_AUTH_ISSUER");
  const audience = options.audience ?? required("NTT_AUTH_AUDIENCE");
  return new Verifier({ ...options, issuer, audience, revocation: options.revocation ?? policy() });
}

function environment(name: string): string | undefined {
  return typeof process === "undefined" ? undefined : process.env?.[name];
}

function required(name: string): string {
  const value = environment(name);
  if (!value) throw new ConfigurationError(`Neither an option nor ${name} is set.`);
  return value;
}

function policy(): RevocationPolicy | undefined {
  const value = environment("NTT_AUTH_REVOCATION") || undefined;
  if (value === undefined || value === "off" || value === "eventual" || value === "strict") return value;
  throw new ConfigurationError(`NTT_AUTH_REVOCATION must be "off", "eventual" or "strict".`);
}

/** Return whom a request speaks for, or nothing where it brings no token at all. */
export async function principalOf(
  verifier: Verifier,
  header: readonly string[] | string | null | undefined,
): Promise<Principal | undefined> {
  let token: string;
  try {
    token = tokenOf(header);
  } catch (error) {
    if (error instanceof TokenMissing) return undefined;
    throw error;
  }
  return verifier.verify(token);
}

/**
 * Throws the `Refused` that says what is missing. `seen` tells whether `auth()` ran at all.
 *
 * `principal` is what the request carries: other middleware writes to that place too, so only a `Principal` counts.
 */
export function guard(seen: boolean, principal: unknown, requirement: Requirement): void {
  if (!seen) throw new ConfigurationError("auth() does not run before this route.");
  if (!(principal instanceof Principal)) throw new TokenMissing();
  check(principal, requirement);
}

/** Every `Authorization` header of a Node request: its `headers` keep only the first. */
export function authorizations(raw: readonly string[]): string[] {
  return raw.filter((_, at) => at % 2 === 1 && raw[at - 1]?.toLowerCase() === "authorization");
}

/** The four guards of a framework, made from the one that takes a whole requirement. */
export function guards<Middleware>(requireAll: (requirement: Requirement) => Middleware) {
  const made = (requirement: Requirement) => requireAll(checked(requirement));
  return {
    requireAuth: (requirement: Requirement = {}) => made(requirement),
    requireScopes: (...scopes: string[]) => made({ scopes }),
    requireRoles: (...roles: string[]) => made({ roles }),
    requirePermissions: (...permissions: string[]) => made({ permissions }),
  };
}
