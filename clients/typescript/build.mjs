// Writes dist/esm (by tsc) and dist/cjs (the same files, as CommonJS): one file for each source, nothing bundled,
// so that every entry shares one copy of the error classes.
import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const sources = readdirSync("src", { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => `${entry.parentPath}/${entry.name}`);

rmSync("dist", { recursive: true, force: true });
execFileSync("npx", ["tsc", "--outDir", "dist/esm", "--rootDir", "src", "-p", "tsconfig.build.json"], {
  stdio: "inherit",
});
await build({
  entryPoints: sources,
  outdir: "dist/cjs",
  outbase: "src",
  format: "cjs",
  platform: "neutral",
  target: "es2022",
  jsx: "automatic",
});
cpSync("dist/esm", "dist/cjs", { recursive: true, filter: (path) => !path.endsWith(".js") });
writeFileSync("dist/cjs/package.json", '{ "type": "commonjs" }\n');
