import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Row, subjectsOf, Table, TooMany } from "../src/revocations.js";

const path = new URL("../../../docs/revocation-vectors.json", import.meta.url);
const vectors = JSON.parse(readFileSync(path, "utf8"));
const LONG = "2100-01-01T00:00:00Z";

interface Case {
  name: string;
  rows: Row[];
  claims: { iat: number };
  kid: string;
  refused: boolean;
}

function row(id: string, expires_at = LONG): Row {
  const digest = createHash("sha256").update(`session:${id}`).digest();
  const subject = digest.subarray(0, 16).toString("base64url");
  return { kind: "session", subject, issued_before: null, expires_at };
}

describe("the revocation vectors", () => {
  it.each(vectors.cases as Case[])("$name", ({ rows, claims, kid, refused }) => {
    const table = new Table(1000);
    for (const each of rows) table.add(each, 0);
    expect(table.refuses(subjectsOf({ ...claims }, kid), claims.iat)).toBe(refused);
  });
});

const refuses = (table: Table, sid: string) => table.refuses(subjectsOf({ sid }, ""), 1);

it("all of many rows are found again", () => {
  const table = new Table(20_000);
  for (let i = 0; i < 10_000; i++) table.add(row(`s${i}`), 0);
  expect(table.size).toBe(10_000);
  for (let i = 0; i < 10_000; i++) if (!refuses(table, `s${i}`)) throw new Error(`s${i} is lost`);
  expect(refuses(table, "another")).toBe(false);
});

it("rows that are over make room, and do not count against the limit", () => {
  const table = new Table(1000);
  for (let i = 0; i < 900; i++) table.add(row(`old${i}`, "2000-01-01T00:00:00Z"), 0);
  const now = Date.parse("2001-01-01T00:00:00Z") / 1000;
  for (let i = 0; i < 900; i++) table.add(row(`s${i}`), now);
  expect(table.size).toBeLessThan(1000);
  expect(refuses(table, "s899")).toBe(true);
});

it("more that live than the limit are not forgotten in silence", () => {
  const table = new Table(1000);
  expect(() => {
    for (let i = 0; i < 5000; i++) table.add(row(`s${i}`), 0);
  }).toThrow(TooMany);
});
