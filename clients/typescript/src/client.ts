import { ConfigurationError } from "./errors.js";
import { Auth } from "./management/auth.js";
import { Caller } from "./management/caller.js";
import {
  given,
  none,
  ServiceCredentials,
  type ServiceOptions,
  type TokenSource,
} from "./management/credentials.js";
import { AuditEvents, SigningKeys } from "./management/instance.js";
import { Me } from "./management/me.js";
import { path } from "./management/paths.js";
import { Social } from "./management/social.js";
import { Tenant } from "./management/tenant.js";
import { Tenants } from "./management/tenants.js";
import { Tokens } from "./management/tokens.js";
import { Transport, type TransportOptions } from "./management/transport.js";
import { Users } from "./management/users.js";

export interface ClientOptions extends TransportOptions, Partial<ServiceOptions> {
  /** A token, or whoever gets one, instead of clientId and clientSecret. */
  token?: TokenSource | undefined;
}

/**
 * The REST API of an authentication server, for other servers.
 *
 *     const client = Client.fromEnv();
 *     for await (const user of client.users.list()) console.log(user.email);
 *
 * Methods throw `ApiError` (what the server answered) and `ServerUnavailable`. Bodies and answers have the names of
 * the REST API. Neither `JSON.stringify` nor `util.inspect` of a client shows a secret.
 */
export class Client {
  readonly auth: Auth;
  readonly me: Me;
  readonly social: Social;
  readonly tokens: Tokens;
  readonly users: Users;
  readonly tenants: Tenants;
  readonly signingKeys: SigningKeys;
  readonly auditEvents: AuditEvents;
  readonly #caller: Caller;
  readonly #transport: Transport;

  constructor(options: ClientOptions) {
    this.#transport = new Transport(options);
    const caller = new Caller(this.#transport, credentialsOf(options, this.#transport));
    this.#caller = caller;
    this.auth = new Auth(caller);
    this.me = new Me(caller);
    this.social = new Social(caller);
    this.tokens = new Tokens(caller);
    this.users = new Users(caller);
    this.tenants = new Tenants(caller);
    this.signingKeys = new SigningKeys(caller);
    this.auditEvents = new AuditEvents(caller);
  }

  /** Return a client of NTT_AUTH_ISSUER, NTT_AUTH_CLIENT_ID and NTT_AUTH_CLIENT_SECRET. */
  static fromEnv(options: Partial<ClientOptions> = {}): Client {
    const env = typeof process === "undefined" ? {} : process.env;
    const value = (name: string): string => {
      const found = env[name];
      if (!found) throw new ConfigurationError(`${name} is not set.`);
      return found;
    };
    return new Client({
      ...options,
      issuer: options.issuer ?? value("NTT_AUTH_ISSUER"),
      ...(options.token === undefined && {
        clientId: options.clientId ?? value("NTT_AUTH_CLIENT_ID"),
        clientSecret: options.clientSecret ?? value("NTT_AUTH_CLIENT_SECRET"),
      }),
    });
  }

  /** The address of the server. */
  get issuer(): string {
    return this.#transport.issuer;
  }

  /** Return what belongs to one tenant, by its slug; asks nothing yet. */
  tenant(slug: string): Tenant {
    path`${slug}`; // an impossible slug is refused here already
    return new Tenant(this.#caller, slug);
  }
}

function credentialsOf(options: ClientOptions, transport: Transport) {
  const { clientId, clientSecret, scope, token } = options;
  if (token !== undefined) {
    if (clientSecret !== undefined) throw new ConfigurationError("Give either token or clientSecret.");
    return given(token);
  }
  if (!clientId && !clientSecret) return none;
  if (!clientId || !clientSecret) throw new ConfigurationError("clientId and clientSecret go together.");
  return new ServiceCredentials(transport, { clientId, clientSecret, scope });
}
