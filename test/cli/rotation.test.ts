import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { deliver } from '../../src/standin/deliver.ts'
import { sample } from '../../src/standin/samples.ts'
import { type Signer, staticSigner } from '../../src/standin/sign.ts'
import { fingerprint } from '../../src/verify/fingerprint.ts'
import { folder, OTHER_SECRET, SECRET } from '../config/folder.ts'
import { until } from '../ingress/harness.ts'
import { startBridgeProgram } from '../spawn.ts'

const CONFIG = `listen: { host: 127.0.0.1, port: 0 }
admin: { host: 127.0.0.1, port: 0 }
endpoints:
  - path: /webhooks/gemini
    verify: { static: { secrets: ["\${file:secrets/signing}"] } }
destinations:
  out: { adapter: memory }
`

/** A volume as Kubernetes mounts it: each version a folder, and a link to it that is replaced at once. */
async function mountVolume(path: string) {
  let version = 0
  await mkdir(path)
  return async (text: string) => {
    version += 1
    await mkdir(join(path, `..${version}`))
    await writeFile(join(path, `..${version}`, 'signing'), text)
    await symlink(`..${version}`, join(path, '..data_tmp'))
    await rename(join(path, '..data_tmp'), join(path, '..data'))
    if (version === 1) await symlink('..data/signing', join(path, 'signing'))
    else await rm(join(path, `..${version - 1}`), { recursive: true })
  }
}

/** @param file where the secret is, unless it is in a volume */
async function serve(file?: string) {
  const directory = await folder({ 'bridge.yaml': CONFIG, ...(file && { [file]: SECRET }) })
  const put = await mountVolume(join(directory, 'secrets'))
  if (file) await symlink(`../${file}`, join(directory, 'secrets/signing'))
  else await put(`${SECRET}\n`)
  const program = startBridgeProgram(['serve', '--config', 'bridge.yaml'], { cwd: directory })
  onTestFinished(async () => {
    program.kill('SIGKILL')
    await program.exit()
  })
  const [, url = '', admin = ''] = await program.until(/"url":"([^"]+)","admin":"([^"]+)"/)
  const metrics = async () => (await fetch(`${admin}/metrics`)).text()
  return { directory, put, program, url: `${url}/webhooks/gemini`, metrics }
}
const keyOrder = (secret: string, place: number) =>
  `key_order{endpoint="/webhooks/gemini",scheme="static",key="${fingerprint(secret)}"} ${place}`
const signatures = async (metrics: () => Promise<string>, secret: string) =>
  Number(
    new RegExp(`signatures_total\\{.*key="${fingerprint(secret)}"\\} (\\d+)`).exec(await metrics())?.[1] ?? Number.NaN
  )

test('a signing secret is rotated under load, without a restart and without a refusal', async () => {
  const { put, program, url, metrics } = await serve()
  let signer: Signer = staticSigner(SECRET)
  const answers = new Map<number | undefined, number>()
  const sendOne = async (by: Signer) => {
    const webhook = { id: `msg_${crypto.randomUUID()}`, body: JSON.stringify(sample('batch.succeeded')) }
    const [attempt] = await deliver(webhook, { url, signer: by })
    return attempt?.status
  }
  let sending = true
  const load = Array.from({ length: 8 }, async () => {
    while (sending) {
      const status = await sendOne(signer)
      answers.set(status, (answers.get(status) ?? 0) + 1)
    }
  })
  const acknowledged = () => answers.get(204) ?? 0
  const someMore = async () => {
    const before = acknowledged()
    await until(() => acknowledged() > before + 200)
  }
  try {
    await someMore()
    // The new one is there before anything is signed with it, and the old one until nothing is any more.
    await put(`${OTHER_SECRET}\n${SECRET}\n`)
    await until(async () => (await metrics()).includes(keyOrder(OTHER_SECRET, 0)))
    expect(await metrics()).toContain(keyOrder(SECRET, 1))
    await someMore()
    signer = staticSigner(OTHER_SECRET, SECRET)
    await someMore()
    signer = staticSigner(OTHER_SECRET)
    await someMore()
    const unused = await signatures(metrics, SECRET)
    await someMore()
    expect(await signatures(metrics, SECRET)).toBe(unused)
    await put(`${OTHER_SECRET}\n`)
    await until(async () => !(await metrics()).includes(keyOrder(SECRET, 1)))
    await someMore()
  } finally {
    sending = false
    await Promise.all(load)
  }
  expect([...answers.keys()]).toEqual([204])
  expect(await sendOne(staticSigner(SECRET))).toBe(401)
  expect(await signatures(metrics, OTHER_SECRET)).toBeGreaterThan(600)
  expect(program.stderr).not.toMatch(/whsec_|could not be re-read/)
  program.kill('SIGTERM')
  expect(await program.exit()).toBe(0)
}, 60_000)

test('what is signed with a secret that is there is never refused, however soon', async () => {
  const { put, url } = await serve()
  const statuses = new Set<number | undefined>()
  let signer = staticSigner(SECRET)
  let sending = true
  const load = Array.from({ length: 8 }, async () => {
    while (sending) {
      const webhook = { id: `msg_${crypto.randomUUID()}`, body: JSON.stringify(sample('batch.succeeded')) }
      statuses.add((await deliver(webhook, { url, signer }))[0]?.status)
    }
  })
  try {
    const secrets = [SECRET]
    for (let rotation = 0; rotation < 3; rotation += 1) {
      const secret = `whsec_${randomBytes(32).toString('base64')}`
      secrets.unshift(secret)
      await put(secrets.join('\n'))
      signer = staticSigner(secret)
      // For the sake of such webhooks, files are read once a second, counted from the first of them.
      await sleep(1500)
    }
  } finally {
    sending = false
    await Promise.all(load)
  }
  expect([...statuses]).toEqual([204])
}, 30_000)

test('a bad new value and a vanished file keep the old secret, say so once, and count', async () => {
  const { put, program, url, metrics, directory } = await serve()
  const send = async (secret: string) => {
    const webhook = { id: `msg_${crypto.randomUUID()}`, body: JSON.stringify(sample('batch.succeeded')) }
    return (await deliver(webhook, { url, signer: staticSigner(secret) }))[0]?.status
  }
  const failures = async () => Number(/secret_reload_failures_total (\d+)/.exec(await metrics())?.[1])
  expect(await failures()).toBe(0)
  await put('whsec_mistyped!\n')
  await until(async () => (await failures()) > 0)
  expect(await send(SECRET)).toBe(204)
  // SIGHUP reads them again, and finds what was found before.
  const before = await failures()
  program.kill('SIGHUP')
  await until(async () => (await failures()) > before)
  await rm(join(directory, 'secrets/signing'))
  await program.until(/the file cannot be read \(ENOENT\)/)
  expect(await send(SECRET)).toBe(204)
  await symlink('..data/signing', join(directory, 'secrets/signing'))
  await put(OTHER_SECRET)
  await program.until(/the file is well again/)
  await until(async () => (await send(OTHER_SECRET)) === 204)
  expect(await send(SECRET)).toBe(401)
  const lines = program.stderr.split('\n').filter(line => line.includes('could not be re-read'))
  expect(lines.map(line => JSON.parse(line))).toMatchObject([
    { severity: 'WARNING', file: join(directory, 'secrets/signing'), error: expect.stringContaining('not base64') },
    { severity: 'WARNING', error: expect.stringContaining('ENOENT') }
  ])
  expect(program.stderr).not.toContain('mistyped')
})

test('SIGHUP reads the files where no event tells of a change', async () => {
  // The folder that is watched does not change with what its link refers to; the next regular look is ten seconds away.
  const { program, url, directory } = await serve('elsewhere')
  await writeFile(join(directory, 'elsewhere'), OTHER_SECRET)
  program.kill('SIGHUP')
  await program.until(/signing secrets and callback tokens are renewed/)
  const timeOf = (message: string) =>
    Date.parse(
      /"time":"([^"]+)"/.exec(program.stderr.split('\n').find(line => line.includes(message)) ?? '')?.[1] ?? ''
    )
  expect(timeOf('are renewed') - timeOf('SIGHUP: reading the files')).toBeLessThan(5000)
  const webhook = { id: 'msg_after', body: JSON.stringify(sample('batch.succeeded')) }
  expect(await deliver(webhook, { url, signer: staticSigner(OTHER_SECRET) })).toMatchObject([{ status: 204 }])
  program.kill('SIGTERM')
  expect(await program.exit()).toBe(0)
})

test("a destination's option in a file counts from its next connection on", async () => {
  const authorizations = new Set<string | undefined>()
  const receiver = createServer((request, response) => {
    authorizations.add(request.headers.authorization)
    response.writeHead(202).end()
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  onTestFinished(() => void receiver.close().closeAllConnections())
  const { port } = receiver.address() as AddressInfo
  const directory = await folder({
    token: 'first',
    'bridge.yaml': `listen: { host: 127.0.0.1, port: 0 }
admin: off
endpoints: [{ path: /hooks, verify: { static: { secrets: ["${SECRET}"] } } }]
destinations: { out: { adapter: http, url: "http://127.0.0.1:${port}/", token: "\${file:token}" } }
`
  })
  const program = startBridgeProgram(['serve', '--config', 'bridge.yaml'], { cwd: directory })
  onTestFinished(async () => {
    program.kill('SIGKILL')
    await program.exit()
  })
  await program.until(/"message":"connected"/)
  const [, url] = await program.until(/"url":"([^"]+)"/)
  const send = async (id: string) => {
    const webhook = { id, body: JSON.stringify(sample('batch.succeeded')) }
    return (await deliver(webhook, { url: `${url}/hooks`, signer: staticSigner(SECRET) }))[0]?.status
  }
  expect(await send('msg_before')).toBe(204)
  await writeFile(join(directory, 'token'), 'second')
  await program.until(/"message":"connected".*"message":"connected"/s)
  expect(await send('msg_after')).toBe(204)
  expect([...authorizations]).toEqual(['Bearer first', 'Bearer second'])
  expect(program.stderr).not.toMatch(/"(first|second)"/)
})
