import { Verifier } from "@ntt-auth/client";
import { createAuth } from "@ntt-auth/client/next";

const issuer = process.env.NTT_AUTH_ISSUER!;
const audience = process.env.NTT_AUTH_AUDIENCE!;

export const { handlers, auth, getToken, proxy } = createAuth({
  issuer,
  audience,
  clientId: process.env.NTT_AUTH_CLIENT_ID!,
  clientSecret: process.env.NTT_AUTH_CLIENT_SECRET!,
  secret: process.env.AUTH_SECRET!,
  baseUrl: process.env.BASE_URL ?? "http://127.0.0.1:8020",
  verifier: new Verifier({ issuer, audience }),
});
