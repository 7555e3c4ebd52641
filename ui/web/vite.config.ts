// Builds the page so that it obeys `script-src 'self'; style-src 'self'`: nothing inline, nothing from elsewhere.
import preact from "@preact/preset-vite";
import { defineConfig, loadEnv } from "vite";

export default defineConfig(({ mode }) => {
  // Where `npm run dev` finds a running server.
  const api = loadEnv(mode, ".", "PALISADE_")["PALISADE_URL"] ?? "http://127.0.0.1:8514";
  return {
    plugins: [preact({ prefreshEnabled: false })],
    build: {
      target: "es2022",
      // A data: URL or an inline script would need a hole in the policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      // Drawing charts is the largest part, and fetched with the first of them.
      chunkSizeWarningLimit: 700,
    },
    server: { proxy: { "/api": api, "/sign-in": api } },
  };
});
