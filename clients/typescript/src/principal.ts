/**
 * Whom a genuine access token speaks for (RFC 9068 section 2.2). Times are Unix seconds.
 *
 * `sub` is a person, or for a client-credentials token the application itself (then `isService`, and there is no
 * `sid`).
 */
export class Principal {
  readonly sub: string;
  readonly clientId: string;
  readonly jti: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly tenant: string | undefined;
  readonly sid: string | undefined;
  readonly scopes: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
  readonly permissions: ReadonlySet<string>;
  readonly acr: string | undefined;
  readonly amr: readonly string[];
  readonly authTime: number | undefined;
  readonly claims: Readonly<Record<string, unknown>>;

  constructor(fields: PrincipalFields) {
    this.sub = fields.sub;
    this.clientId = fields.clientId;
    this.jti = fields.jti;
    this.issuedAt = fields.issuedAt;
    this.expiresAt = fields.expiresAt;
    this.tenant = fields.tenant;
    this.sid = fields.sid;
    this.scopes = new Set(fields.scopes);
    this.roles = new Set(fields.roles);
    this.permissions = new Set(fields.permissions);
    this.acr = fields.acr;
    this.amr = fields.amr ?? [];
    this.authTime = fields.authTime;
    this.claims = fields.claims ?? {};
  }

  /** Whether an application speaks for itself, and no person. */
  get isService(): boolean {
    return this.sub === this.clientId;
  }

  /** Whether the token was granted this scope. */
  hasScope(scope: string): boolean {
    return this.scopes.has(scope);
  }

  /** Whether the person has this role in `tenant`. */
  hasRole(role: string): boolean {
    return this.roles.has(role);
  }

  /** Whether one of the person's roles carries this permission. */
  hasPermission(permission: string): boolean {
    return this.permissions.has(permission);
  }
}

export interface PrincipalFields {
  sub: string;
  clientId: string;
  jti: string;
  issuedAt: number;
  expiresAt: number;
  tenant?: string | undefined;
  sid?: string | undefined;
  scopes?: Iterable<string>;
  roles?: Iterable<string>;
  permissions?: Iterable<string>;
  acr?: string | undefined;
  amr?: readonly string[];
  authTime?: number | undefined;
  claims?: Readonly<Record<string, unknown>>;
}
