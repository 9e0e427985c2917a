import { readFileSync } from "node:fs";
import { build } from "esbuild";
import { expect, test } from "vitest";

test("the snippet of the documentation runs as it stands", async () => {
  const page = readFileSync("docs/browser.md", "utf8");
  const snippet = /```tsx\n([\s\S]*?)```/.exec(page)?.[1] as string;
  const [imports, element, comment] = snippet.split("\n") as [string, string, string];
  const hook = /in App: (const .*?;) /.exec(comment)?.[1];
  const source = `${imports}
import { renderToString } from "react-dom/server";
function App() { ${hook} return <>{typeof login} {typeof logout} {typeof fetch} {String(user)}<SignedIn /><SignedOut /></>; }
export const html = renderToString(${element});`;
  const { outputFiles } = await build({
    stdin: { contents: source, loader: "tsx", resolveDir: process.cwd() },
    alias: { "@ntt-auth/client/react": "./src/react/index.tsx" },
    bundle: true,
    platform: "node",
    format: "cjs",
    write: false,
    jsx: "automatic",
  });
  const made: { exports: { html?: string } } = { exports: {} };
  const { createRequire } = await import("node:module");
  new Function("module", "exports", "require", outputFiles[0]?.text as string)(
    made,
    made.exports,
    createRequire(import.meta.url),
  );
  expect(made.exports.html?.replaceAll("<!-- -->", "")).toBe("function function function undefined");
});
