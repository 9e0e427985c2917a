export * from "./errors.js";
export { Principal, type PrincipalFields } from "./principal.js";
export type { Requirement } from "./requirement.js";
