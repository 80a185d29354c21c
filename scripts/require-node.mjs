// Imported first by every starter, for its effect: the files beside it are written for Node 20.19 and later.
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `AI Assistant needs Node 20.19 or newer to start, and this is ${process.versions.node}. ` +
      'Install Node 24 from https://nodejs.org and try again.',
  )
  process.exit(1)
}
