// An orders service: whoever calls needs a token with the scope orders:read.
import { auth, requireScopes } from "@ntt-auth/client/express";
import express from "express";

const app = express();
app.use(auth({ issuer: process.env.NTT_AUTH_ISSUER, audience: process.env.NTT_AUTH_AUDIENCE }));
app.get("/orders", requireScopes("orders:read"), (req, res) => res.json({ sub: req.auth.sub }));

app.listen(Number(process.env.PORT ?? 8002), "127.0.0.1", () => console.log("ready"));
