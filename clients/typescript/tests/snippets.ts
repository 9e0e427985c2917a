// The code of the pages: what stands there is type-checked and run, as it stands.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { build } from "esbuild";

export interface Snippet {
  /** The heading that it stands under. */
  title: string;
  language: string;
  code: string;
}

export type Run = (world: Record<string, unknown>) => Promise<Record<string, unknown>>;

/** Return the snippets of a page that are code. */
export function snippets(page: string): Snippet[] {
  const found: Snippet[] = [];
  let title = "";
  for (const [, heading, language, code] of readFileSync(page, "utf8").matchAll(
    /^#+ (.*)|^```(tsx?)\n([\s\S]*?)^```/gm,
  )) {
    if (heading !== undefined) title = heading;
    else found.push({ title, language: language as string, code: code as string });
  }
  return found;
}

const ENTRIES = ["express", "fastify", "hono", "webhooks"];
const FOLDERS = ["headless", "browser", "next", "testing"];

/** Where the entries of the package are, before it is built. */
export const SOURCES: Record<string, string> = {
  "@ntt-auth/client": "./src/index.ts",
  ...Object.fromEntries(ENTRIES.map((name) => [`@ntt-auth/client/${name}`, `./src/${name}.ts`])),
  ...Object.fromEntries(FOLDERS.map((name) => [`@ntt-auth/client/${name}`, `./src/${name}/index.ts`])),
  "@ntt-auth/client/react": "./src/react/index.tsx",
};

/** Return the module of a source. */
export async function evaluated(
  source: string,
  loader: "ts" | "tsx" = "ts",
): Promise<Record<string, unknown>> {
  const { outputFiles } = await build({
    stdin: { contents: source, loader, resolveDir: process.cwd() },
    alias: SOURCES,
    bundle: true,
    platform: "node",
    format: "cjs",
    write: false,
    jsx: "automatic",
  });
  const made = { exports: {} };
  const run = new Function("module", "exports", "require", outputFiles[0]?.text as string);
  run(made, made.exports, createRequire(import.meta.url));
  return made.exports;
}

/** Return a snippet as a function of these names, which returns those that it made. */
export async function runnable(
  code: string,
  world: readonly string[] = [],
  made: readonly string[] = [],
): Promise<Run> {
  const lines = code.split("\n");
  const imports = lines.filter((line) => line.startsWith("import "));
  const rest = lines.filter((line) => !line.startsWith("import "));
  const back = `return { ${made.join(", ")} };`;
  const wrapped = [...imports, `export async function run({ ${world.join(", ")} }) {`, ...rest, back, "}"];
  return (await evaluated(wrapped.join("\n"))).run as Run;
}
