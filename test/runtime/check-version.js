// Loaded before the sources, which only a recent Node can run as they are.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `gemini-event-bridge needs Node 22.18 or newer; this is Node ${process.versions.node}.\n` +
      'On Linux and Windows "npm ci" brings Node 24 along for the npm scripts (it must not omit optional dependencies). Elsewhere, install it: https://nodejs.org/\n'
  )
  process.exit(1)
}
