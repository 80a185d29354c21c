import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const orchestrator = process.env['ORCHESTRATOR_URL'] ?? 'http://127.0.0.1:8000'
const port = Number(process.env['FRONTEND_PORT'] ?? 3000)

/** `vite` serves the app while it is worked on; `vite build` writes what the frontend's server serves. */
export default defineConfig({
  plugins: [react(), tailwindcss()],
  server: {
    port,
    proxy: { '/api': orchestrator, '/v1': orchestrator },
  },
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    // Inlined assets would be data: URLs, which the content security policy refuses for fonts and scripts.
    assetsInlineLimit: 0,
    target: 'es2023',
    // The page names what it needs at once. A part that is fetched later needs little beside it: a list of every such
    // need would weigh more in the first load than it saves.
    modulePreload: { resolveDependencies: (_file, needed, { hostType }) => (hostType === 'html' ? needed : []) },
    rolldownOptions: {
      output: {
        // What changes rarely is one file, which browsers keep over our releases, and one file packs tighter than five.
        codeSplitting: {
          groups: [{ name: 'base', test: /node_modules\/(?:react|react-dom|scheduler|@tanstack)\/(?!.*nfinite)/ }],
        },
      },
    },
  },
})
