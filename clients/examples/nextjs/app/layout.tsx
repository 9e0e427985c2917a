import type { ReactNode } from "react";
import "./page.css";

export const metadata = { title: "Orders" };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <main>{children}</main>
      </body>
    </html>
  );
}
