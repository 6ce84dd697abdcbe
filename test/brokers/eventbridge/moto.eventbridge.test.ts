import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, onTestFinished, vi } from 'vitest'
import { start } from '../../spawn.ts'
import { connectAccount } from './account.ts'
import { type EventBridgeServer, startMoto } from './moto.ts'
import { publish } from './publish.ts'
import { createTestBus, it, type TestBus } from './shared.ts'

/** A server of the test's own, with a bus. */
async function startWithBus(): Promise<{
  moto: EventBridgeServer
  bus: TestBus
  put(detail: string, signal?: AbortSignal): Promise<unknown>
}> {
  const moto = await startMoto()
  onTestFinished(() => moto.stop())
  const bus = await createTestBus(connectAccount(moto.endpoint))
  const entry = { EventBusName: bus.name, Source: 'here', DetailType: 'type' }
  return { moto, bus, put: (Detail, signal) => publish(moto.endpoint, [{ ...entry, Detail }], signal) }
}

/** Connects, or fails to. */
async function dial(endpoint: string): Promise<void> {
  const socket = connect(Number(new URL(endpoint).port), '127.0.0.1')
  await once(socket, 'connect').finally(() => socket.destroy())
}

async function details(bus: TestBus): Promise<string[]> {
  return (await bus.received()).map(({ detail }) => detail).sort()
}

it('forgets all when it is killed, but its reader remembers', async ({ eventbridge }) => {
  expect(eventbridge.endpoint).toMatch(/^http/)
  const { moto, bus, put } = await startWithBus()
  await put('{"life":1}')
  // What nobody has read dies with the server.
  expect(await details(bus)).toEqual(['{"life":1}'])
  await moto.kill()
  await expect(put('{"life":0}')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await moto.start()
  await expect(put('{"life":0}')).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  await bus.create()
  await put('{"life":2}')
  expect(await details(bus)).toEqual(['{"life":1}', '{"life":2}'])
})

it('accepts and does not answer while it is frozen, and goes on where it was', async ({ eventbridge }) => {
  expect(eventbridge.endpoint).toMatch(/^http/)
  const { moto, bus, put } = await startWithBus()
  moto.freeze()
  await dial(moto.endpoint)
  await expect(put('{"asleep":true}', AbortSignal.timeout(500))).rejects.toMatchObject({ name: 'AbortError' })
  moto.thaw()
  await put('{"asleep":false}')
  expect(await details(bus)).toContain('{"asleep":false}')
})

it.for(['runs', 'is frozen'])('ends when the run is killed while it %s', async (state, { eventbridge }) => {
  expect(eventbridge.endpoint).toMatch(/^http/)
  const code = `
    const { startMoto } = await import(${JSON.stringify(new URL('moto.ts', import.meta.url).href)})
    const { endpoint, freeze } = await startMoto()
    if (process.argv[1] === 'is frozen') freeze()
    console.log('endpoint=' + endpoint)
  `
  const run = start(process.execPath, ['--input-type=module', '-e', code, state], { env: process.env })
  const [, endpoint = ''] = await run.until(/endpoint=(.*)\n/)
  await dial(endpoint)
  run.kill('SIGKILL')
  await vi.waitFor(() => expect(dial(endpoint)).rejects.toMatchObject({ code: 'ECONNREFUSED' }), { timeout: 10_000 })
})
