import type { ReactNode } from "react";

export const metadata = { title: "Orders" };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" style={{ colorScheme: "light dark", fontFamily: "system-ui, sans-serif" }}>
      <body style={{ maxWidth: "34rem", margin: "10vh auto", padding: "0 1rem" }}>{children}</body>
    </html>
  );
}
