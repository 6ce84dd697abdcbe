import { expect, onTestFinished, vi } from 'vitest'
import { start } from '../../spawn.ts'
import { emulatorJar, startEmulator } from './emulator.ts'
import { connectPeer } from './peer.ts'
import { startPstest } from './pstest.ts'
import { it as base } from './shared.ts'

const KINDS = ['pstest', 'emulator'] as const

/** Starts a server of the test's own. */
const it = base.extend('own', ({ pubsub, skip }) => async (kind: (typeof KINDS)[number]) => {
  const jar = emulatorJar()
  if (kind === 'emulator' && jar === undefined) skip('there is no emulator')
  const server = await (jar !== undefined && kind === 'emulator' ? startEmulator(jar) : startPstest())
  onTestFinished(() => server.stop())
  return { server, peer: connectPeer(pubsub.peer, server.at) }
})

it.for(KINDS)('%s is empty when it is started again, and what was read stays', async (kind, { own }) => {
  const { server, peer } = await own(kind)
  for (const life of ['first', 'second']) {
    await peer.createTopic('ledger')
    await peer.createSubscription('ledger')
    await peer.publish('ledger', { data: Buffer.from(life) })
    await peer.read('ledger')
    await server.kill()
    await expect(peer.read('ledger')).rejects.toMatchObject({ code: 'Unavailable' })
    await server.start()
    await expect(peer.read('ledger')).rejects.toMatchObject({ code: 'NotFound' })
  }
  await peer.createTopic('ledger')
  await peer.createSubscription('ledger')
  expect((await peer.read('ledger')).map(({ data }) => String(data))).toEqual(['first', 'second'])
})

it.for(KINDS)('%s does not answer while it is frozen, and goes on where it was', async (kind, { own, pubsub }) => {
  const { server, peer } = await own(kind)
  await peer.createTopic('sleeper')
  await peer.createSubscription('sleeper')
  server.freeze()
  const unanswered = connectPeer(pubsub.peer, server.at, { timeoutMs: 500 }).read('sleeper')
  await expect(unanswered).rejects.toMatchObject({ code: 'DeadlineExceeded' })
  server.thaw()
  await peer.publish('sleeper', { data: Buffer.from('awake') })
  // The read that was given up may still be answered, and then hides the message until its acknowledgement deadline.
  const read = async () => (await peer.read('sleeper')).map(({ data }) => String(data))
  await expect.poll(read, { timeout: 20_000, interval: 100 }).toEqual(['awake'])
})

it.for(KINDS.flatMap(kind => ['runs', 'is frozen'].map(state => [kind, state] as const)))(
  '%s ends when the run is killed while it %s',
  async ([kind, state], { pubsub, skip }) => {
    const jar = emulatorJar()
    if (kind === 'emulator' && jar === undefined) skip('there is no emulator')
    const url = (name: string) => JSON.stringify(new URL(name, import.meta.url).href)
    const code = `
      import { startEmulator } from ${url('emulator.ts')}
      import { startPstest } from ${url('pstest.ts')}
      const [kind, state, jar] = process.argv.slice(1)
      const server = await (kind === 'emulator' ? startEmulator(jar) : startPstest())
      if (state === 'is frozen') server.freeze()
      console.log('at=' + server.at)
    `
    const run = start(process.execPath, ['--input-type=module', '-e', code, kind, state, jar ?? ''], {
      env: process.env
    })
    const [, at = ''] = await run.until(/at=(.*)\n/)
    const peer = connectPeer(pubsub.peer, at, { timeoutMs: 1000 })
    const look = () => peer.read('none').catch(({ code }) => code)
    expect(await look()).toBe(state === 'runs' ? 'NotFound' : 'DeadlineExceeded')
    run.kill('SIGKILL')
    await vi.waitFor(async () => expect(await look()).toBe('Unavailable'), { timeout: 10_000 })
  }
)
