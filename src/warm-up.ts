import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

// Fills the folder `cache` beside this file with compiled code: `node warm-up.js [uid …]`, where the bridge is installed, by
// the Node that will run it. Node keeps compiled code apart for each user, so name those that will run the bridge, if
// that is not this one. They need not be able to write there, and should not.

const NODE = process.execPath
const MAIN = join(import.meta.dirname, 'main.js')
const CACHE = join(import.meta.dirname, 'cache')
const SECRET = `whsec_${Buffer.alloc(32).toString('base64')}`
/** All that a bridge may load, with brokers that nobody is. */
const CONFIG = `
listen: { host: 127.0.0.1, port: 0 }
admin: { host: 127.0.0.1, port: 0 }
endpoints: [{ path: /, verify: { static: { secrets: [${SECRET}] } } }]
destinations:
  memory: { adapter: memory }
  stdout: { adapter: stdout }
  kafka: { adapter: kafka, brokers: ["127.0.0.1:1"], topic: none }
  http: { adapter: http, url: "http://127.0.0.1:1" }
  pubsub: { adapter: pubsub, topic: projects/none/topics/none }
  eventbridge: { adapter: eventbridge, bus: none, region: us-east-1 }
routes: [{ to: [memory, stdout] }]
`
const ENV = { PUBSUB_EMULATOR_HOST: '127.0.0.1:1', AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' }

const run = (...args: readonly string[]) => spawn(NODE, [MAIN, ...args], { env: { ...process.env, ...ENV } })

await rm(CACHE, { recursive: true, force: true })
await mkdir(CACHE)
const config = join(CACHE, 'bridge.yaml')
await writeFile(config, CONFIG)
const bridge = run('serve', '--config', config)
bridge.stdout.resume()
const said: string[] = []
for await (const line of createInterface({ input: bridge.stderr })) {
  said.push(line)
  const [, url] = /"url":"([^"]+)"/.exec(line) ?? []
  if (url === undefined) continue
  const [code] = await once(run('send', '--url', url, '--secret', SECRET), 'exit')
  said.push(`send: ${code}`)
  bridge.kill('SIGTERM')
}
if (!said.includes('send: 0')) throw new Error(`The bridge could not be tried out:\n${said.join('\n')}`)

await rm(config)
const others = process.argv.slice(2).filter(uid => uid !== String(process.getuid?.()))
for (const folder of await readdir(CACHE)) {
  // Node has written it for its own user alone.
  for (const file of await readdir(join(CACHE, folder))) await chmod(join(CACHE, folder, file), 0o644)
  for (const uid of others) await symlink(folder, join(CACHE, folder.replace(/\d+$/, uid)))
}
