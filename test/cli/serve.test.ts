import { once } from 'node:events'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { deliver } from '../../src/standin/deliver.ts'
import { sample } from '../../src/standin/samples.ts'
import { staticSigner } from '../../src/standin/sign.ts'
import { freePort, type Program, root, start, startBridgeProgram } from '../spawn.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const programs: Program[] = []
const run = (args: readonly string[], options?: Parameters<typeof startBridgeProgram>[1]) => {
  const program = startBridgeProgram(args, options)
  programs.push(program)
  return program
}
afterEach(async () => {
  for (const program of programs.splice(0)) {
    program.kill('SIGKILL')
    await program.exit()
  }
})

const environment = {
  GEMINI_WEBHOOK_SECRET: SECRET,
  BRIDGE_ADAPTER: 'stdout',
  BRIDGE_HOST: '127.0.0.1',
  BRIDGE_ADMIN_PORT: '0',
  PORT: '0'
}
const urlOf = async (program: Program) => (await program.until(/"url":"([^"]+)"/))[1]
const webhook = (id: string) => ({ id, body: JSON.stringify(sample('batch.succeeded')) })
const send = async (url: string | undefined, id: string) =>
  deliver(webhook(id), { url: `${url}/webhooks/gemini`, signer: staticSigner(SECRET) })

test('serves by environment variables alone, and stops on SIGTERM with 0', async () => {
  const program = run(['serve'], { env: environment })
  const url = await urlOf(program)
  expect(await send(url, 'msg_env')).toMatchObject([{ status: 204 }])
  const event = JSON.parse((await program.until(/.*msg_env.*/))[0])
  expect(event).toMatchObject({ id: 'msg_env', type: 'com.google.gemini.batch.succeeded' })
  program.kill('SIGTERM')
  expect(await program.exit()).toBe(0)
  expect(program.stdout.trim().split('\n')).toHaveLength(1)
  expect(program.stderr).not.toContain(SECRET)
})

test('serves by a file, which BRIDGE_CONFIG may name, with secrets from files beside it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'geb-'))
  await writeFile(join(directory, 'secret'), `${SECRET}\n`)
  await writeFile(
    join(directory, 'bridge.yaml'),
    `listen: { host: 127.0.0.1, port: 0 }
admin: off
endpoints:
  - path: /hooks
    verify: { static: { secrets: ["\${file:secret}"] } }
destinations:
  out: { adapter: stdout }
`
  )
  const program = run([], { env: { BRIDGE_CONFIG: 'bridge.yaml' }, cwd: directory })
  const url = await urlOf(program)
  const [attempt] = await deliver(webhook('msg_file'), { url: `${url}/hooks`, signer: staticSigner(SECRET) })
  expect(attempt).toMatchObject({ status: 204 })
  await program.until(/msg_file/)
})

test('unknown options and commands are usage errors, with the nearest name', async () => {
  const option = run(['serve', '--confg', 'x'])
  expect(await option.exit()).toBe(2)
  expect(option.stderr).toContain('--config')
  const command = run(['chek'])
  expect(await command.exit()).toBe(2)
  expect(command.stderr).toContain('check')
})

test('--help and --version exit with 0', async () => {
  const help = run(['send', '--help'])
  expect(await help.exit()).toBe(0)
  expect(help.stdout).toContain('--metadata')
  const version = run(['--version'])
  expect(await version.exit()).toBe(0)
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})

test('a second signal exits at once, with 128 and its number', async () => {
  const program = run(['serve'], { env: { ...environment } })
  const url = new URL((await urlOf(program)) ?? '')
  // A request that never ends keeps the drain waiting.
  const { connect } = await import('node:net')
  const socket = connect(Number(url.port), '127.0.0.1')
  socket.write('POST /webhooks/gemini HTTP/1.1\r\nhost: a\r\n')
  await once(socket, 'connect')
  program.kill('SIGTERM')
  await program.until(/"draining"/)
  program.kill('SIGINT')
  expect(await program.exit()).toBe(130)
  socket.destroy()
})

test('what cannot be closed in time is cut off: exit code 75', async () => {
  const program = run(['serve'], { env: { ...environment, BRIDGE_ADAPTER: `${root}test/cli/fixtures/stuck.ts` } })
  await urlOf(program)
  program.kill('SIGTERM')
  expect(await program.exit()).toBe(75)
  expect(program.stderr).toContain('the drain had to cut something off')
})

test('logs JSON lines on standard error when it is no terminal', async () => {
  const program = run(['serve'], { env: environment })
  const url = await urlOf(program)
  await send(url, 'msg_log')
  await program.until(/"message":"webhook"/)
  const lines = program.stderr
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(lines.find(line => line.message === 'webhook')).toMatchObject({
    severity: 'INFO',
    endpoint: '/webhooks/gemini',
    id: 'msg_log',
    type: 'com.google.gemini.batch.succeeded',
    outcome: 'acknowledged',
    status: 204,
    destinations: { stdout: { outcome: 'accepted' } }
  })
  for (const line of lines) expect(line).toMatchObject({ severity: expect.any(String), time: expect.any(String) })
})

test.for([
  ['stopped', 'sleep 30 <"$LOG" &', ''],
  ['gone', 'cat "$LOG" >/dev/null & reader=$!', 'kill -9 $reader']
] as const)('a log reader that is %s holds up neither webhooks nor the end', async ([, open, lose]) => {
  const directory = await mkdtemp(join(tmpdir(), 'geb-log-'))
  const script = `mkfifo "$LOG"; ${open}
exec 3>"$LOG"; "$NODE" src/main.ts serve 2>&3 & bridge=$!
read url <&0; ${lose}
read stop <&0; kill -TERM $bridge; wait $bridge; echo "exit $?"`
  const port = String(await freePort())
  const env = { ...environment, PORT: port, LOG: join(directory, 'log'), NODE: process.execPath, LOG_LEVEL: 'debug' }
  const program = start('sh', ['-c', script], { env })
  programs.push(program)
  const url = `http://127.0.0.1:${port}`
  await expect
    .poll(
      () =>
        fetch(`${url}/health/live`)
          .then(({ ok }) => ok)
          .catch(() => false),
      { timeout: 10_000 }
    )
    .toBe(true)
  program.write('lose\n')
  // More than a pipe holds.
  for (let i = 0; i < 400; i += 1) expect(await send(url, `msg_${i}`)).toMatchObject([{ status: 204 }])
  program.write('stop\n')
  await program.until(/^exit 0$/m)
})

test('a crash in an adapter is a bug, 70, and not a fault of the configuration', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'geb-crash-'))
  await writeFile(
    join(directory, 'crash.mjs'),
    `import { z } from '${root}src/adapter.ts'
export default { name: 'crash', options: z.strictObject({}), connect: () => new Promise(() => setTimeout(() => { throw new Error('from a timer') }, 10)) }
`
  )
  const program = run(['serve'], { env: { ...environment, BRIDGE_ADAPTER: join(directory, 'crash.mjs') } })
  expect(await program.exit()).toBe(70)
  expect(program.stderr).toContain('from a timer')
})

test('listen.host localhost is one listener, with all its limits', async () => {
  const program = run(['serve'], { env: { ...environment, BRIDGE_HOST: 'localhost' } })
  expect(await urlOf(program)).toMatch(/^http:\/\/127\.0\.0\.1:/)
})

test('a reader of send that has read enough is no crash', async () => {
  const program = run(['serve'], { env: environment })
  const url = await urlOf(program)
  const line = `"$NODE" src/main.ts send --url ${url}/webhooks/gemini --count 2000 | head -1`
  const env = { GEMINI_WEBHOOK_SECRET: SECRET, NODE: process.execPath }
  const sender = start('sh', ['-c', line], { env })
  programs.push(sender)
  await sender.exit()
  expect(sender.stdout).toMatch(/^msg_\S+ 204 /)
  expect(sender.stderr).toBe('')
})
