import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it, vi } from "vitest";
import { AuthError, Verifier } from "../src/index.js";
import { parseStrict } from "../src/json.js";
import { ALGORITHMS, suitable } from "../src/jwk.js";

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../vectors/${name}`, import.meta.url), "utf8"));
const tokens = read("tokens.json");
const sets = read("jwks.json");
const { issuer, audience, jwks } = tokens;
const verifier = new Verifier({ issuer, audience, jwks, revocation: "off" });

vi.useFakeTimers({ now: tokens.now * 1000, toFake: ["Date"] });
afterAll(() => {
  vi.useRealTimers();
});

async function verdict(token: string): Promise<string> {
  try {
    await verifier.verify(token);
    return "valid";
  } catch (error) {
    if (error instanceof AuthError) return error.code;
    throw error;
  }
}

async function usable(document: string): Promise<string[]> {
  try {
    return [...(await suitable(parseStrict(document), ALGORITHMS)).keys()].sort();
  } catch {
    return [];
  }
}

describe("a token is judged as published", () => {
  it.each(tokens.cases as { name: string; token: string; expected: string }[])("$name", async (each) => {
    expect(await verdict(each.token)).toBe(each.expected);
    expect(await verdict(each.token)).toBe(each.expected); // the kept one too
  });
});

describe("the usable keys are those published", () => {
  it.each(sets.cases as { name: string; document: string; usable: string[] }[])("$name", async (each) => {
    expect(await usable(each.document)).toEqual(each.usable);
  });
});
