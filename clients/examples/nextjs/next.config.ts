import path from "node:path";
import type { NextConfig } from "next";

// The package is a link to the folder beside, so the root is what holds both.
const config: NextConfig = { turbopack: { root: path.join(__dirname, "../..") } };

export default config;
