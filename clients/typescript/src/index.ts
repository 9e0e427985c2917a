export { Client, type ClientOptions } from "./client.js";
export * from "./errors.js";
export { Listing, type Page } from "./management/caller.js";
export type { Answer, Body, CallOptions, Model } from "./management/models.js";
export { Principal, type PrincipalFields } from "./principal.js";
export type { Requirement } from "./requirement.js";
