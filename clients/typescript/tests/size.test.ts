import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";

async function size(entry: string): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    external: ["react", "react/jsx-runtime"],
  });
  return gzipSync(outputFiles[0]?.contents as Uint8Array).length;
}

test("the browser entry stays below 12 kB, React's layer adds at most 3 kB", async () => {
  const [browser, react] = [await size("src/browser/index.ts"), await size("src/react/index.tsx")];
  expect(browser).toBeLessThanOrEqual(12_000);
  expect(react - browser).toBeLessThanOrEqual(3_000);
});
