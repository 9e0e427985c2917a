export interface ErrorDetails {
  action?: string | undefined;
  code?: string | undefined;
  requestId?: string | undefined;
  /** In seconds. */
  retryAfter?: number | undefined;
  cause?: unknown;
}

/** Anything that this package throws. */
export class AuthError extends Error {
  readonly code: string;
  readonly status: number;
  /** What happened, in a sentence without code. */
  readonly reason: string;
  /** What can be done about it. */
  readonly action: string;
  readonly requestId: string;
  /** In seconds. */
  readonly retryAfter: number | undefined;

  constructor(reason = "", details: ErrorDetails = {}) {
    const kind = new.target.kind;
    const code = details.code || kind.code;
    const action = details.action || kind.action;
    const request = details.requestId ? `(request ${details.requestId})` : "";
    super([`${code}: ${reason || kind.title}`, action, request].filter(Boolean).join(" "), {
      cause: details.cause,
    });
    this.name = kind.name;
    this.code = code;
    this.status = kind.status;
    this.reason = reason || kind.title;
    this.action = action;
    this.requestId = details.requestId ?? "";
    this.retryAfter = details.retryAfter;
  }

  /** The title of a problem document about it (RFC 9457). */
  get title(): string {
    return (this.constructor as typeof AuthError).kind.title;
  }

  static readonly kind: Kind = kind("AuthError", 500, "auth_error", "Something went wrong.");
}

export interface Kind {
  readonly name: string;
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly action: string;
}

export function kind(name: string, status: number, code: string, title: string, action = ""): Kind {
  return { name, status, code, title, action };
}

/** This process is set up wrongly. */
export class ConfigurationError extends AuthError {
  static override readonly kind = kind(
    "ConfigurationError",
    500,
    "configuration",
    "The authentication is not set up.",
  );
}

/** Not a genuine webhook, or an old one. */
export class WebhookInvalid extends AuthError {
  static override readonly kind = kind(
    "WebhookInvalid",
    400,
    "webhook_invalid",
    "The webhook is not genuine.",
  );
}
