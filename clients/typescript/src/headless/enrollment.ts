import type { Enrolment } from "../management/auth.js";
import type { Model } from "../management/models.js";
import { type Step, step } from "./steps.js";

/** A second factor that a policy asks for at sign-in: goes on with "mfa-enrollment". */
export class Enrollment {
  readonly #enroll: Enrolment;

  constructor(enroll: Enrolment) {
    this.#enroll = enroll;
  }

  /** Begin with an authenticator app: a secret, and the URI of a QR code. */
  totp(flowToken: string): Promise<Model<"TotpSecret">> {
    return this.#enroll.totp({ flow_token: flowToken });
  }

  /** Keep it by its first code: signed in, with recovery codes. */
  confirmTotp(flowToken: string, code: string): Promise<Step> {
    return step(this.#enroll.confirmTotp({ flow_token: flowToken, code }));
  }

  /** Begin with a passkey: for `createPasskey`. */
  passkey(flowToken: string): Promise<Model<"CreationOptions">> {
    return this.#enroll.passkey({ flow_token: flowToken });
  }

  /** Keep it by what `createPasskey` returned: signed in, with recovery codes. */
  confirmPasskey(flowToken: string, credential: unknown, name?: string): Promise<Step> {
    const named = name === undefined ? {} : { name };
    return step(this.#enroll.confirmPasskey({ flow_token: flowToken, credential, ...named }));
  }
}
