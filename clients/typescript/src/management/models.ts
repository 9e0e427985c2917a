import type { components, operations } from "./schema.js";

/** The name of a call, as `clients/openapi.yaml` has it. */
export type Operation = keyof operations;

/** The shapes of the contract by their names there, such as `Model<"UserOutput">`. */
export type Model<Name extends keyof components["schemas"]> = components["schemas"][Name];

type Json<T> = T extends { content: { "application/json": infer Content } } ? Content : never;
type Given<T> = T extends { requestBody?: infer Body } ? Json<NonNullable<Body>> : never;
type Succeeded<T> = T extends { responses: infer R } ? Json<R[keyof R & (200 | 201 | 202)]> : never;

/** What is sent with a call. */
export type Body<Id extends Operation> = Given<operations[Id]>;

/** What a call answers; nothing where the contract has no body. */
export type Answer<Id extends Operation> = [Succeeded<operations[Id]>] extends [never]
  ? undefined
  : Succeeded<operations[Id]>;

/** One row of a list. */
export type Row<Id extends Operation> = Answer<Id> extends { data: (infer Item)[] } ? Item : never;

/** How a list is narrowed; `limit` is the rows of a page, 1 to 100. */
export interface Paging {
  limit?: number;
}

/** What one call may be given besides its body. */
export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** For the POSTs of management; made where it is not given, and the same when the call is repeated. */
  idempotencyKey?: string | undefined;
}
