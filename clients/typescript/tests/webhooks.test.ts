import { afterEach, expect, it, vi } from "vitest";
import { verify, WebhookInvalid } from "../src/webhooks.js";
import { runnable, snippets } from "./snippets.js";

// The vector of the reference implementation of Standard Webhooks.
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY = '{"test": 2432232314}';
const HEADERS = {
  "Webhook-Id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
  "webhook-timestamp": "1614265330",
  "webhook-signature": "v1a,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};
const OTHER = "whsec_c2VjcmV0LW9mLWEtcm90YXRlZC1lbmRwb2ludA==";

afterEach(() => vi.useRealTimers());
const at = (seconds: number) => {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(seconds * 1000);
};

it("takes the vector of the specification, also while a secret is replaced", async () => {
  at(1614265330);
  expect(await verify(new Headers(HEADERS), BODY, SECRET)).toMatchObject({ payload: { test: 2432232314 } });
  expect(await verify(HEADERS, new TextEncoder().encode(BODY), [OTHER, SECRET])).toBeTruthy();
});

it("refuses another body, another secret, a missing header, and an old or early one", async () => {
  at(1614265330);
  await expect(verify(HEADERS, `${BODY} `, SECRET)).rejects.toThrow(WebhookInvalid);
  await expect(verify(HEADERS, BODY, OTHER)).rejects.toThrow(WebhookInvalid);
  await expect(verify({}, BODY, SECRET)).rejects.toThrow(WebhookInvalid);
  at(1614265330 + 301);
  await expect(verify(HEADERS, BODY, SECRET)).rejects.toThrow(WebhookInvalid);
  at(1614265330 - 301);
  await expect(verify(HEADERS, BODY, SECRET)).rejects.toThrow(WebhookInvalid);
});

it("is taken by the snippet of docs/client.md", async () => {
  at(1614265330);
  vi.stubEnv("WEBHOOK_SECRET", SECRET);
  const { code } = snippets("docs/client.md").find(({ title }) => title === "Webhooks") ?? { code: "" };
  const run = await runnable(code, ["request"], ["id", "payload"]);
  const request = new Request("https://shop.example/", { method: "POST", headers: HEADERS, body: BODY });
  const taken = { id: HEADERS["Webhook-Id"], payload: { test: 2432232314 } };
  expect(await run({ request })).toEqual(taken);
  vi.unstubAllEnvs();
});
