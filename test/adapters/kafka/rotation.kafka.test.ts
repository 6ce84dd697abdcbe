import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, vi } from 'vitest'
import { deliver } from '../../../src/standin/deliver.ts'
import { sample } from '../../../src/standin/samples.ts'
import { staticSigner } from '../../../src/standin/sign.ts'
import { USERS } from '../../brokers/kafka/properties.ts'
import { it } from '../../brokers/kafka/shared.ts'
import { temporaryFolder } from '../../brokers/watchdog.ts'
import { SECRET } from '../../ingress/sign.ts'
import { startBridgeProgram } from '../../spawn.ts'
import { CLIENTS } from './clients.ts'

it.for(CLIENTS)(
  'user and password are rotated under load, by %s: a wrong one keeps the connection from before',
  async (client, { secured, peer, topic }) => {
    const folder = temporaryFolder('kafka-rotation-')
    onTestFinished(() => folder.remove())
    const put = (name: string, text: string) => writeFileSync(join(folder.path, name), text)
    put('user', 'alice')
    put('password', USERS.alice)
    put(
      'bridge.yaml',
      JSON.stringify({
        listen: { host: '127.0.0.1', port: 0 },
        admin: 'off',
        endpoints: [{ path: '/hooks', verify: { static: { secrets: [SECRET] } } }],
        destinations: {
          t: {
            adapter: 'kafka',
            client,
            brokers: [secured.sasl],
            topic,
            sasl: { mechanism: 'scram-sha-512', username: `\${file:user}`, password: `\${file:password}` }
          }
        }
      })
    )
    await peer.allow(topic, 'User:mallory', 'Write')
    const program = startBridgeProgram(['serve', '--config', 'bridge.yaml'], { cwd: folder.path })
    onTestFinished(async () => {
      program.kill('SIGKILL')
      await program.exit()
    })
    await program.until(/"message":"connected"/)
    const [, url] = await program.until(/"url":"([^"]+)"/)
    const acknowledged: string[] = []
    const others: unknown[] = []
    let sending = true
    const load = async () => {
      while (sending) {
        const id = `msg_${crypto.randomUUID()}`
        const webhook = { id, body: JSON.stringify(sample('batch.succeeded')) }
        const [attempt] = await deliver(webhook, { url: `${url}/hooks`, signer: staticSigner(SECRET) })
        if (attempt?.status === 204) acknowledged.push(id)
        else others.push(attempt)
      }
    }
    const loads = Array.from({ length: 4 }, load)
    try {
      put('password', 'none-of-its-passwords')
      await program.until(/cannot connect with what was re-read; trying again/)
      put('user', 'mallory')
      put('password', USERS.mallory)
      await program.until(/"message":"connected".*"message":"connected"/s)
      const before = acknowledged.length
      await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(before + 20), { timeout: 20_000 })
    } finally {
      sending = false
      await Promise.all(loads)
    }
    expect(others).toEqual([])
    const records = await peer.read(topic)
    const ids = new Set(
      records.flatMap(({ headers }) => headers.flatMap(({ name, value }) => (name === 'ce_id' ? [String(value)] : [])))
    )
    expect(acknowledged.filter(id => !ids.has(id))).toEqual([])
    expect(program.stderr).not.toContain('none-of-its-passwords')
    program.kill('SIGTERM')
    expect(await program.exit()).toBe(0)
  }
)
