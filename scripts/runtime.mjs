// What a starter script needs before it can run TypeScript:
//   import './require-node.mjs'
//   const report = createReporter(process.stderr)
//   const runtime = await ensureRuntime(report)   // Node 24: { node, env, system }
//   await ensureInstall(runtime, report)
//   spawn(runtime.node, ['some.ts'], { env: runtime.env, stdio: 'inherit' })
export { ensureInstall } from './runtime-install.mjs'
export { ensureRuntime } from './runtime-node.mjs'
export { createReporter, StartError } from './runtime-report.mjs'
export { root } from './runtime-root.mjs'
