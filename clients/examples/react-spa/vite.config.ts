import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The app calls its APIs on its own origin, and here stands where they are.
const proxied = (target: string | undefined) => ({
  target: target ?? "http://127.0.0.1:8001",
  rewrite: (path: string) => path.replace(/^\/api\/\w+/, ""),
});

export default defineConfig({
  plugins: [react()],
  resolve: { dedupe: ["react", "react-dom"] }, // the package is a link here, with a React of its own
  server: {
    host: "127.0.0.1",
    port: 8010,
    proxy: {
      "/api/fastapi": proxied(process.env.FASTAPI_URL),
      "/api/express": proxied(process.env.EXPRESS_URL ?? "http://127.0.0.1:8002"),
    },
  },
});
