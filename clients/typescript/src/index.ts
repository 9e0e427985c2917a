export { tokenOf } from "./bearer.js";
export { type Answer, answer } from "./challenge.js";
export * from "./errors.js";
export type { Algorithm } from "./jwk.js";
export { Principal, type PrincipalFields } from "./principal.js";
export type { Requirement } from "./requirement.js";
export type { Fetch } from "./transport.js";
export { type RevocationPolicy, Verifier, type VerifierOptions, type VerifierStatus } from "./verifier.js";
