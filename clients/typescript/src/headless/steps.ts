import { ServerFault, Unauthenticated } from "../errors.js";
import type { Model } from "../management/models.js";

/** The end of a sign-in. Recovery codes come with the first second factor, and are shown this once. */
export interface SignedIn {
  kind: "signed-in";
  tokens: Model<"TokenResponse">;
  recoveryCodes?: readonly string[];
}

/**
 * What a sign-in waits for; its `flowToken` is good for 15 minutes.
 *
 * "verify-email" goes on with `verifyEmail`, "mfa" with `mfa`, "mfa-enrollment" with `enrollment`, by one of `methods`.
 */
export interface Waiting {
  kind: "mfa" | "mfa-enrollment" | "verify-email";
  flowToken: string;
  methods: readonly string[];
}

/** Where a sign-in stands: done, or what it waits for. */
export type Step = SignedIn | Waiting;

const KINDS: Record<string, Waiting["kind"]> = {
  mfa_required: "mfa",
  mfa_enrollment_required: "mfa-enrollment",
  email_verification_required: "verify-email",
};

/** Return the step that an answer is, or a refusal that names what comes next; throws every other refusal. */
export async function step(asked: Promise<unknown>): Promise<Step> {
  const answer = await reached(asked);
  if (answer === undefined) throw new ServerFault("Expected tokens or a flow_token.", 502);
  return answer;
}

/** As `step`; undefined where the answer holds neither tokens nor a flow: it is done, and signs nobody in. */
export async function reached(asked: Promise<unknown>): Promise<Step | undefined> {
  try {
    const answer: object = Object(await asked);
    if ("access_token" in answer) return signedIn(answer as Model<"TokenResponse">);
    return waiting(answer, "verify-email");
  } catch (error) {
    if (!(error instanceof Unauthenticated) || !Object.hasOwn(KINDS, error.code)) throw error;
    const found = waiting(error.problem, KINDS[error.code] as Waiting["kind"]);
    if (!found) throw error;
    return found;
  }
}

function signedIn(answer: Model<"TokenResponse"> & { recovery_codes?: unknown }): SignedIn {
  const { recovery_codes: codes, ...tokens } = answer;
  return { kind: "signed-in", tokens, ...(Array.isArray(codes) && { recoveryCodes: codes.map(String) }) };
}

function waiting(answer: object, kind: Waiting["kind"]): Waiting | undefined {
  const { flow_token: flowToken, methods } = answer as Record<string, unknown>;
  if (typeof flowToken !== "string" || !flowToken) return undefined;
  return { kind, flowToken, methods: Array.isArray(methods) ? methods.map(String) : [] };
}
