// Preloaded into every server the launcher starts: none outlives the launcher, even one that was killed outright.
const grace = 4_000

process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.exit(1), grace).unref()
})
// Listening keeps a process alive unless told otherwise.
process.channel?.unref()
