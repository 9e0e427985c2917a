import { expect, test } from "vitest";
import { evaluated, snippets } from "../snippets.js";

test.each(["README.md", "docs/browser.md"])("the snippet of %s runs as it stands", async (page) => {
  const { code } = snippets(page).find(({ title }) => title === "React") ?? { code: "" };
  const [imports, element, comment] = code.split("\n") as [string, string, string];
  const hook = /in App: (const .*?;) /.exec(comment)?.[1];
  const { html } = await evaluated(
    `${imports}
import { renderToString } from "react-dom/server";
function App() { ${hook} return <>{typeof login} {typeof logout} {typeof fetch} {String(user)}<SignedIn /><SignedOut /></>; }
export const html = renderToString(${element});`,
    "tsx",
  );
  expect(String(html).replaceAll("<!-- -->", "")).toBe("function function function undefined");
});
