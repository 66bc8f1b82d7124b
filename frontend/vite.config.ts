import { defineConfig } from "vite";

/** Where `npm run dev` finds the server. In production the server itself hands out the built files. */
const SERVER = process.env.MEDIATION_SERVER ?? "http://127.0.0.1:8000";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    // Android WebViews of 2020 are still in use; there is no newer syntax in what we ship.
    target: ["es2019", "chrome80", "safari13"],
    cssTarget: ["chrome80", "safari13"],
    manifest: true,
    // The content policy forbids inline scripts and styles, and data: URLs in them.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": SERVER, "/rooms": { target: SERVER, ws: true } },
  },
});
