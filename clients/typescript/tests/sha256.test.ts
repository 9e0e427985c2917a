import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { fingerprint, half, sha256 } from "../src/sha256.js";

it("the digest is SHA-256 at every length of a block", () => {
  for (let length = 0; length < 200; length++) {
    const words = sha256("é".repeat(length));
    const hex = [...words].map((word) => word.toString(16).padStart(8, "0")).join("");
    const wanted = createHash("sha256").update("é".repeat(length)).digest("hex");
    expect(hex).toBe(wanted);
    expect([...half("é".repeat(length))]).toEqual([...words.slice(0, 4)]);
  }
});

it("a fingerprint does not tell the text, and is another for another text", () => {
  expect(fingerprint("token")).toBe(createHash("sha256").update("token").digest("base64"));
  expect(fingerprint("token")).not.toBe(fingerprint("token "));
});
