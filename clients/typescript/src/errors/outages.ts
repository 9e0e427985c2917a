import { AuthError, type Kind, kind } from "./base.js";

/** Nobody can tell at the moment. `retryAfter` is in seconds. */
export class Unavailable extends AuthError {
  static override readonly kind: Kind = kind(
    "Unavailable",
    503,
    "unavailable",
    "This cannot be answered at the moment.",
    "Try again shortly.",
  );
}

/** There are no keys to verify with. */
export class KeysUnavailable extends Unavailable {
  static override readonly kind = kind(
    "KeysUnavailable",
    503,
    "keys_unavailable",
    "The issuer's keys cannot be read.",
    "Try again shortly.",
  );
}

/** The revocation feed is too old for `revocation: "strict"`. */
export class RevocationsUnavailable extends Unavailable {
  static override readonly kind = kind(
    "RevocationsUnavailable",
    503,
    "revocations_unavailable",
    "The revocations cannot be read.",
    "Try again shortly.",
  );
}

/** The authentication server did not answer, or not in time. */
export class ServerUnavailable extends Unavailable {
  static override readonly kind = kind(
    "ServerUnavailable",
    503,
    "server_unavailable",
    "The authentication server does not answer.",
    "Try again shortly.",
  );
}
