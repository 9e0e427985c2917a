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

test("the verifier and the test kit import nothing of Node: they run at the edge and in browsers too", async () => {
  for (const entry of ["src/verifier.ts", "src/hono.ts", "src/testing/index.ts"]) {
    const { metafile } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      metafile: true,
      platform: "node",
      format: "esm",
    });
    const outside = Object.values(metafile.inputs).flatMap(({ imports }) =>
      imports.filter((it) => it.external),
    );
    expect(outside).toEqual([]);
  }
});
