// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are among what fails
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ConfigError } from '../../src/errors.ts'
import { listen } from '../../src/server/listen.ts'
import { folder, MINIMAL, SECRET, TOKEN } from '../config/folder.ts'
import { startBridgeProgram } from '../spawn.ts'

// Each way in which the program cannot start: what it says on standard error, whole, and nothing else; exit code 1.

let directory = ''
let taken: Server
let port = 0
beforeEach(async () => {
  directory = await folder({ 'not-an-adapter.js': 'export const name = 1', 'broken.js': 'export default {' })
  await mkdir(join(directory, 'folder'))
  taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  port = (taken.address() as AddressInfo).port
})
afterEach(() => taken.close())

async function fails(args: readonly string[], env: Record<string, string> = {}): Promise<string[]> {
  const program = startBridgeProgram(args, { cwd: directory, env })
  expect(await program.exit()).toBe(1)
  expect(program.stdout).toBe('')
  expect(program.stderr).not.toMatch(/^ +at |Error:/m)
  expect(program.stderr).not.toContain(SECRET)
  // Destinations connect meanwhile, and the log says so.
  return program.stderr
    .trimEnd()
    .split('\n')
    .filter(line => !line.startsWith('{'))
}
const byFile = async (text: string | Buffer, env?: Record<string, string>) => {
  await writeFile(join(directory, 'bridge.yaml'), text)
  return fails(['serve', '--config', 'bridge.yaml'], env)
}
/** MINIMAL with another adapter, and on ports that nobody has. */
const withAdapter = (adapter: string) => `${MINIMAL.replace('adapter: stdout', `adapter: ${adapter}`)}admin: off\n`
const onPort = (listener: string) => `${MINIMAL}${listener}\n`

test('no configuration', async () => {
  expect(await fails([])).toEqual([
    expect.stringMatching(
      /^configuration: there is none\. Name a file with --config or BRIDGE_CONFIG; or set GEMINI_W/
    ),
    '    for example: GEMINI_WEBHOOK_SECRET=whsec_… BRIDGE_ADAPTER=stdout gemini-event-bridge serve'
  ])
})

test.each([
  ['absent.yaml', 'ENOENT'],
  ['folder', 'EISDIR']
])('a file that cannot be read: %s', async (file, code) => {
  const fault = `${file}: cannot be read (${code}). Name a file that can, by --config or BRIDGE_CONFIG`
  expect(await fails(['serve', '--config', file])).toEqual([fault])
  expect(await fails([], { BRIDGE_CONFIG: file })).toEqual([fault])
})

test.each<[string, string | Buffer, (string | RegExp)[]]>([
  ['no UTF-8', Buffer.from([0x61, 0x3a, 0xff]), ['bridge.yaml: is not UTF-8. Save it as UTF-8']],
  ['no YAML', `${MINIMAL}log: [1`, [/^bridge\.yaml:7:8: not valid YAML: Flow sequence/]],
  ['an unknown key', `${MINIMAL}lisen: {}`, [/^bridge\.yaml:7:1: unknown key "lisen"; did you mean "listen"\?$/]],
  [
    'a variable that is not set',
    MINIMAL.replace(SECRET, '${env:ABSENT}'),
    [
      /^bridge\.yaml:\d+:\d+: .*: the environment variable ABSENT is not set; set it, or write a default: \$\{env:ABSENT:-…\}$/
    ]
  ],
  [
    'a file that is not there',
    MINIMAL.replace(SECRET, '${file:secret}'),
    [/^bridge\.yaml:\d+:\d+: .*: the file secret cannot be read \(ENOENT\)\. Put it there, readable for the bridge$/]
  ],
  [
    'a token that can be guessed',
    MINIMAL.replace(/verify: .*/, 'verify: { dynamic: { tokens: [letmein] } }'),
    [
      /^bridge\.yaml:\d+:\d+: .*tokens\[0\]: must be at least 22 URL-safe .*; openssl rand -hex 16 makes one$/,
      /example/
    ]
  ],
  [
    'an adapter that is none of ours',
    withAdapter('kafkaa'),
    [/Cannot import `kafkaa`\. Make sure it is installed\. Or did you mean "kafka"\?$/, /example: adapter: stdout$/]
  ],
  [
    'an adapter that is not there',
    withAdapter('./absent.js'),
    [/Cannot import `\.\/absent\.js`\. Make sure that it is there, and what it imports\.$/, /example/]
  ],
  [
    'an adapter that cannot be imported',
    withAdapter('./broken.js'),
    [/Cannot import `\.\/broken\.js`: [^\n]+\. Mend it, or name another adapter\.$/, /example/]
  ],
  [
    'an adapter without a default export',
    withAdapter('./not-an-adapter.js'),
    [/`\.\/not-an-adapter\.js` is no adapter definition: .* Correct it\.$/, /example/]
  ],
  [
    'a dead letter that is the only destination',
    `${MINIMAL}deadLetter: console`,
    [/deadLetter: is the only destination, and without routes no event goes to it: add another destination$/]
  ],
  [
    'a dead letter that takes none',
    `${MINIMAL}  erp: { adapter: eventbridge, bus: b, region: eu-central-1, detail: data }\ndeadLetter: erp`,
    [/deadLetter: cannot be erp, which takes no dead letter: .*Use detail: event\.$/]
  ]
])('%s', async (_, text, lines) => {
  const said = await byFile(text)
  expect(said).toHaveLength(lines.length)
  for (const [index, line] of lines.entries()) expect(said[index]).toMatch(line)
})

test.each([
  ['listen', 'BRIDGE_HOST and PORT'],
  ['admin', 'BRIDGE_ADMIN_HOST and BRIDGE_ADMIN_PORT']
])('a port that somebody has, for %s', async (key, variables) => {
  const other = key === 'listen' ? 'admin: off' : 'listen: { host: 127.0.0.1, port: 0 }'
  expect(await byFile(onPort(`${key}: { host: 127.0.0.1, port: ${port} }\n${other}`))).toEqual([
    `${key}: cannot listen on 127.0.0.1, port ${port} (EADDRINUSE). Stop what has it, or choose another port: in the file, or by ${variables}.`
  ])
})

test('an address that is not of this machine', async () => {
  expect(await byFile(onPort('listen: { host: 192.0.2.1, port: 0 }\nadmin: off'))).toEqual([
    'listen: cannot listen on 192.0.2.1, port 0 (EADDRNOTAVAIL). Choose an address of this machine: in the file, or by BRIDGE_HOST and PORT.'
  ])
})

test('a port that only root may have', async () => {
  // The tests may run as root, who has them all.
  const denied = Object.assign(new Error('denied'), { syscall: 'listen', code: 'EACCES' })
  const app = { listen: () => Promise.reject(denied) }
  const error = await listen(app, { host: '0.0.0.0', port: 80 }, { key: 'listen', variables: 'PORT' }).catch(
    error => error
  )
  expect(error).toBeInstanceOf(ConfigError)
  expect(error.message).toBe(
    'listen: cannot listen on 0.0.0.0, port 80 (EACCES). Choose a port from 1024 on, or let the bridge have this one (CAP_NET_BIND_SERVICE): in the file, or by PORT.'
  )
})

test('everything at once, by environment variables alone', async () => {
  const env = { GEMINI_WEBHOOK_SECRET: 'whsec_short', GEMINI_CALLBACK_TOKEN: `${TOKEN}%`, BRIDGE_ADAPTER: 'kafka' }
  const said = await fails([], env)
  const places = said.filter(line => !line.startsWith(' ')).map(line => line.split(':')[0])
  expect(places).toEqual(
    expect.arrayContaining(['GEMINI_WEBHOOK_SECRET', 'GEMINI_CALLBACK_TOKEN', 'KAFKA_BROKERS', 'KAFKA_TOPIC'])
  )
  expect(said.join('\n')).not.toContain(TOKEN)
})
