import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

const text = readFileSync("../openapi.yaml", "utf8");
const plain = (path: string) => path.replace(/\$?\{[^}]*\}/g, "{}");

/** Every call of the contract: its operationId with verb, path, and who may call it how. */
function wanted(): string[] {
  const found: string[] = [];
  for (const part of text.split(/^ {2}(?=\/\S+:$)/m).slice(1)) {
    const path = part.slice(0, part.indexOf(":\n")).replace("/api/v1", "");
    for (const call of part.split(/^ {4}(?=(?:get|put|post|patch|delete):$)/m).slice(1)) {
      const id = /operationId: (\w+)/.exec(call)?.[1] ?? "";
      const open = !call.includes("bearerAuth") || id === "logout"; // by its refresh token alone
      const kind = open ? "none" : call.includes("Idempotency-Key") ? "manage" : "own";
      found.push(`${id} ${call.slice(0, call.indexOf(":")).toUpperCase()} ${plain(path)} ${kind}`);
    }
  }
  return found.sort();
}

/** Every call of the namespaces, as their sources write it. */
function written(): string[] {
  const call = /#caller\.(?:send|list)<"(\w+)">\(\s*(?:"([A-Z]+)",\s*)?(?:path`([^`]*)`|"([^"]*)")([^;]*);/g;
  return readdirSync("src/management")
    .flatMap((name) => [...readFileSync(`src/management/${name}`, "utf8").matchAll(call)])
    .map(([, id, verb = "GET", template, fixed, rest = ""]) => {
      const kind = /as: "(\w+)"/.exec(rest)?.[1] ?? "own";
      return `${id} ${verb} ${plain(template ?? fixed ?? "")} ${kind}`;
    })
    .sort();
}

it("has one method for each call of the contract, and no other", () => {
  expect(wanted().length).toBeGreaterThan(100);
  expect(written()).toEqual(wanted());
});

it("has the types of the contract: npm run schema", () => {
  const folder = mkdtempSync(join(tmpdir(), "schema-"));
  try {
    const made = join(folder, "schema.ts");
    const flags = ["--default-non-nullable", "false"];
    execFileSync("npx", ["openapi-typescript", "../openapi.yaml", ...flags, "-o", made], { stdio: "ignore" });
    expect(readFileSync("src/management/schema.ts", "utf8") === readFileSync(made, "utf8")).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);
