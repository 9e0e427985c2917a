import { afterAll, beforeAll, describe } from "vitest";
import type { Fetch } from "../../src/transport.js";
import { contract, type Party } from "./contract.js";
import { installed, Service } from "./service.js";

const AUDIENCE = "https://api.example.com/orders";
const EMAIL = "ada@example.com";
const PASSWORD = "a passphrase of her own";

describe.skipIf(!installed)("the contract, kept by the server", () => {
  let party: Party;
  let service: Service;
  beforeAll(async () => {
    service = await new Service().start();
    party = await partyOf(service);
  });
  afterAll(() => service.stop());
  contract(() => party);
});

async function partyOf(service: Service): Promise<Party> {
  const scopes = ["--scope", "orders:read", "--scope", "orders:write"];
  const tenant = ["--tenant", "shop"];
  const forApi = ["--audience", AUDIENCE, "--json"];
  await service.manage(["create-tenant", "shop", "--registration", "open"]);
  await service.manage(["create-api", AUDIENCE, ...tenant, ...scopes]);
  const web = ["create-application", ...tenant, "--name", "Web", "--type", "spa", "--first-party", ...forApi];
  const job = ["create-application", ...tenant, "--name", "Job", "--type", "service", ...forApi];
  const { client_id } = JSON.parse(await service.manage(web));
  const application = JSON.parse(await service.manage(job));
  const user = ["create-user", EMAIL, "--name", "Ada", "--verified", "--password-stdin"];
  await service.manage(user, `${PASSWORD}\n`);

  const ask = async (path: string, init: RequestInit) => {
    const response = await fetch(service.issuer + path, { method: "POST", ...init });
    const body = (await response.json().catch(() => ({}))) as { access_token: string };
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${JSON.stringify(body)}`);
    return body;
  };
  return {
    issuer: service.issuer,
    audience: AUDIENCE,
    fetch: fetch as Fetch,
    person: async () => {
      const body = JSON.stringify({ email: EMAIL, password: PASSWORD, client_id });
      const headers = { "Content-Type": "application/json" };
      return (await ask("/api/v1/auth/login", { body, headers })).access_token;
    },
    service: async () => {
      const { client_id, client_secret } = application;
      const given = { grant_type: "client_credentials", client_id, client_secret, resource: AUDIENCE };
      return (await ask("/oauth/token", { body: new URLSearchParams(given) })).access_token;
    },
    credentials: [application.client_id, application.client_secret],
    endSession: async (token) => {
      await ask("/api/v1/auth/logout", { headers: { Authorization: `Bearer ${token}` } });
    },
    disable: async () => void (await service.manage(["disable-user", EMAIL])),
    enable: async () => void (await service.manage(["enable-user", EMAIL])),
    rotateKeys: async () => {
      // the first publishes the next keys, the second takes them
      for (let i = 0; i < 2; i++) await service.manage(["rotate-signing-keys", "--now"]);
    },
    restartFeed: async () => void (await service.manage(["restart-feed"])),
  };
}
