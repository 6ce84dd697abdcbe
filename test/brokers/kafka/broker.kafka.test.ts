import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { expect, onTestFinished, vi } from 'vitest'
import { start } from '../../spawn.ts'
import { type KafkaAddresses, startKafka } from './broker.ts'
import { connectPeer } from './peer.ts'
import { it } from './shared.ts'

/** How connecting ends: `connected`, or the error's code. */
function dial(address: string): Promise<string> {
  const { hostname, port } = new URL(`tcp://${address}`)
  return new Promise(resolve => {
    const socket = connect(Number(port), hostname)
    socket.on('connect', () => resolve('connected'))
    socket.on('error', error => resolve('code' in error ? String(error.code) : error.message))
    socket.on('connect', () => socket.destroy())
  })
}

it('keeps its records and its addresses over being killed and started again', async ({ kafka }) => {
  const broker = await startKafka()
  onTestFinished(() => broker.stop())
  const peer = connectPeer(kafka.peer, broker.at.plaintext)
  await peer.createTopic('survivor')
  await peer.produce('survivor', 'k', 'before')
  await broker.kill()
  expect(await dial(broker.at.plaintext)).toBe('ECONNREFUSED')
  await broker.start()
  await peer.produce('survivor', 'k', 'after')
  expect((await peer.read('survivor')).map(({ value }) => String(value))).toEqual(['before', 'after'])
})

it('accepts and does not answer while it is frozen, and goes on where it was', async ({ kafka }) => {
  const broker = await startKafka()
  onTestFinished(() => broker.stop())
  const peer = connectPeer(kafka.peer, broker.at.plaintext)
  const impatient = { 'default.api.timeout.ms': '1000', 'request.timeout.ms': '1000' }
  await peer.createTopic('sleeper')
  broker.freeze()
  expect(await dial(broker.at.plaintext)).toBe('connected')
  const unanswered = connectPeer(kafka.peer, broker.at.plaintext, impatient).partitions('sleeper')
  await expect(unanswered).rejects.toMatchObject({ code: 'TimeoutException' })
  broker.thaw()
  await peer.produce('sleeper', 'k', 'awake')
})

it.for(['runs', 'is frozen'])(
  'ends, and its data with it, when the run is killed while it %s',
  async (state, { kafka }) => {
    expect(kafka.peer).toBeGreaterThan(0)
    const module = new URL('broker.ts', import.meta.url).href
    const code = `
    const { at, freeze } = await (await import(${JSON.stringify(module)})).startKafka()
    if (process.argv[1] === 'is frozen') freeze()
    console.log('at=' + JSON.stringify(at))
  `
    const run = start(process.execPath, ['--input-type=module', '-e', code, state], { env: process.env })
    const [, json = ''] = await run.until(/at=(.*)\n/)
    const at: KafkaAddresses = JSON.parse(json)
    const folder = dirname(at.signingKey)
    expect([await dial(at.plaintext), existsSync(folder)]).toEqual(['connected', true])
    run.kill('SIGKILL')
    await vi.waitFor(async () => expect(await dial(at.plaintext)).toBe('ECONNREFUSED'), { timeout: 10_000 })
    await vi.waitFor(() => expect(existsSync(folder)).toBe(false), { timeout: 10_000 })
  }
)
