import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'rolldown'
import { ascii } from '../../build/ascii.ts'
import { builtins } from '../../build/builtins.ts'
import { startKafka } from '../brokers/kafka/broker.ts'
import { connectPeer } from '../brokers/kafka/peer.ts'
import { startPeer } from '../brokers/kafka/peer-process.ts'
import { temporaryFolder } from '../brokers/watchdog.ts'
import { openBuild } from '../built.ts'
import { firstAcknowledgement, type Start } from '../first-acknowledgement.ts'
import { root } from '../spawn.ts'

/** Every start that was measured: the bridge's and those of a bundle that one would write by hand, in turn. */
export interface StartUp {
  readonly bridge: readonly Start[]
  readonly bare: readonly Start[]
}

/** When a process has nothing to do any more, in milliseconds. */
const IDLE_MS = 1000

/**
 * From the start of the process to the first webhook that Kafka has, of the bridge and of a bare bundle of Fastify and
 * kafkajs: both built in the same way, with compiled code beside them, into one real Kafka.
 * @param options.starts how many of each
 */
export async function startUp({ starts = 10 }: { readonly starts?: number } = {}): Promise<StartUp> {
  const undo: (() => unknown)[] = []
  try {
    const [kafka, peer] = await Promise.all([startKafka(), startPeer()])
    undo.push(kafka.stop, peer.stop)
    await connectPeer(peer.port, kafka.at.plaintext).createTopic('start-up', { partitions: 6 })
    const [built, bareBundle] = await Promise.all([openBuild({ cacheFor: [] }), openBareBundle()])
    undo.push(built.remove, bareBundle.remove)

    const env = { BRIDGE_ADMIN_PORT: 'off', BRIDGE_ADAPTER: 'kafka', KAFKA_BROKERS: kafka.at.plaintext }
    const start = (...args: readonly string[]) =>
      firstAcknowledgement(args, { ...env, KAFKA_TOPIC: 'start-up' }, IDLE_MS)
    // The first start compiles, and leaves it to the others.
    await start(bareBundle.main)
    const measured: { bridge: Start[]; bare: Start[] } = { bridge: [], bare: [] }
    for (let turn = 0; turn < starts; turn += 1) {
      measured.bridge.push(await start(join(built.dist, 'main.js'), 'serve'))
      measured.bare.push(await start(bareBundle.main))
    }
    return measured
  } finally {
    for (const step of undo.reverse()) await step()
  }
}

async function openBareBundle(): Promise<{ readonly main: string; remove(): Promise<void> }> {
  const { path, remove } = temporaryFolder('geb-bare-')
  await build({
    cwd: root,
    input: 'test/bench/bare-start.ts',
    platform: 'node',
    plugins: [builtins, ascii],
    output: { dir: path, format: 'esm', comments: false }
  })
  await writeFile(join(path, 'package.json'), '{ "type": "module" }')
  const main = join(path, 'main.js')
  await writeFile(
    main,
    `import { enableCompileCache } from 'node:module'
enableCompileCache(import.meta.dirname + '/cache')
process.on('SIGTERM', () => process.exit())
await import('./bare-start.js')
`
  )
  return { main, remove }
}
