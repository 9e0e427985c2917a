// What a script and its test say to each other: one JSON value a line, settings first.
import { webcrypto } from "node:crypto";
import { createInterface } from "node:readline";

// Node 18, as in Debian 12, does not show them to everybody
globalThis.crypto ??= webcrypto;
globalThis.CryptoKey ??= webcrypto.CryptoKey;

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function heard() {
  const { value, done } = await lines.next();
  if (done) throw new Error("the test has gone");
  return JSON.parse(value);
}

export const given = await heard();

/** Ask what only a person (`open`) or another party can do; returns the answer. */
export async function ask(name, value) {
  console.log(JSON.stringify({ [name]: value }));
  return heard();
}

/** Run the scenario that was asked for, and tell its result. */
export async function play(scenarios) {
  const result = await scenarios[given.scenario]();
  console.log(JSON.stringify({ result }));
  process.exit(0);
}

/** Return the error that a promise ends with; a success is a failure here. */
export async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return { name: error.name, code: error.code, error: error.error, status: error.status };
  }
  throw new Error("this should have been refused");
}
