import {
  ConfigurationError,
  InsufficientAuthentication,
  InsufficientScope,
  MissingPermission,
  MissingRole,
} from "./errors.js";
import type { Principal } from "./principal.js";

/** What a route asks of whoever calls it: all of these. The same for every framework. */
export interface Requirement {
  scopes?: readonly string[] | undefined;
  roles?: readonly string[] | undefined;
  permissions?: readonly string[] | undefined;
  /** The least level of the sign-in, such as `aal2`. */
  acr?: string | undefined;
  /** The sign-in is at most so many seconds ago. */
  maxAge?: number | undefined;
}

const LEVELS: Readonly<Record<string, number>> = { aal1: 1, aal2: 2, aal3: 3 };
const LEEWAY_SECONDS = 30;

/** Return the requirement if it makes sense; throws `ConfigurationError` for a lone string where a list is meant. */
export function checked(requirement: Requirement): Requirement {
  for (const name of ["scopes", "roles", "permissions"] as const) {
    const value: unknown = requirement[name];
    if (value !== undefined && !(Array.isArray(value) && value.every((item) => typeof item === "string"))) {
      throw new ConfigurationError(`${name} must be an array of strings.`);
    }
  }
  const { maxAge } = requirement;
  if (maxAge !== undefined && !(Number.isFinite(maxAge) && maxAge >= 0)) {
    throw new ConfigurationError("maxAge must be a number of seconds, not negative.");
  }
  return requirement;
}

/** Return if the principal meets the requirement; throws the `Refused` that says what lacks. */
export function check(principal: Principal, requirement: Requirement, now = Date.now() / 1000): void {
  const { scopes = [], roles = [], permissions = [], acr, maxAge } = requirement;
  let lacking = scopes.filter((name) => !principal.scopes.has(name));
  if (lacking.length > 0) throw new InsufficientScope(`Needs ${names("scope", lacking)}.`, scopes);
  lacking = roles.filter((name) => !principal.roles.has(name));
  if (lacking.length > 0) throw new MissingRole(`Needs ${names("role", lacking)}.`, lacking);
  lacking = permissions.filter((name) => !principal.permissions.has(name));
  if (lacking.length > 0) throw new MissingPermission(`Needs ${names("permission", lacking)}.`, lacking);
  if (acr !== undefined && !reaches(principal.acr, acr)) {
    throw new InsufficientAuthentication(`Needs acr ${acr}, got ${principal.acr ?? "none"}.`, {
      acr,
      maxAge,
    });
  }
  if (maxAge === undefined) return;
  const since = principal.authTime;
  if (since === undefined || now - since > maxAge + LEEWAY_SECONDS) {
    throw new InsufficientAuthentication(`Needs a sign-in of the last ${maxAge} seconds.`, { acr, maxAge });
  }
}

/** Whether a level is the one that is wanted, or a stronger one. */
export function reaches(got: string | undefined, wanted: string): boolean {
  return got === wanted || (LEVELS[got ?? ""] ?? 0) >= (LEVELS[wanted] ?? 99);
}

function names(kind: string, found: readonly string[]): string {
  return `the ${kind}${found.length > 1 ? "s" : ""} ${found.join(", ")}`;
}
