import { cp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cached } from '../cache.ts'
import { type Daemon, startDaemon } from '../daemon.ts'
import { jdk, LEAN, runJdk } from '../java.ts'
import { kafkaClassPath } from './jars.ts'
import { type NodeProperties, nodeProperties, USERS } from './properties.ts'

const CLUSTER_ID = 'MkU3OEVBNTcwNTJENDM2Qg'

/** One Kafka process that can be hurt. */
export interface KafkaNode {
  /** Starts it, the first time or after `kill`, on the same ports and data; resolves when it accepts clients. */
  start(): Promise<void>
  /** Ends it, with SIGKILL unless told, and waits for its end. SIGTERM is a controlled shutdown: leaders move first. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>
  /** Stops its clock (SIGSTOP): connections stay open, and nothing answers. */
  freeze(): void
  thaw(): void
}

export interface NodeSettings extends Omit<NodeProperties, 'data'> {
  /** An existing folder, for the node's files. */
  readonly folder: string
  /** More lines for its properties. */
  readonly security?: readonly string[]
  readonly javaOptions?: readonly string[]
}

/** Lays out a node's files, without starting it. */
export async function prepareNode(settings: NodeSettings): Promise<KafkaNode> {
  const { folder, security = [], javaOptions = [], ...properties } = settings
  const [classPath, formatted] = await Promise.all([kafkaClassPath(), formattedFolder(properties.id)])
  const data = join(folder, 'data')
  const file = join(folder, 'server.properties')
  await rm(data, { recursive: true, force: true })
  await cp(join(formatted, 'data'), data, { recursive: true })
  await writeFile(file, nodeProperties({ ...properties, data }, security))
  const options = ['-Xmx384m', `-Djava.io.tmpdir=${folder}`, '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn']
  const args = [...LEAN, ...options, ...javaOptions, '-cp', classPath, 'kafka.Kafka', file]
  const ports = properties.listeners.map(({ port }) => port)
  let daemon: Daemon | undefined
  return {
    async start() {
      daemon = startDaemon(jdk('java'), args, join(folder, 'log'))
      await daemon.listening(ports)
    },
    kill: async signal => daemon?.kill(signal),
    freeze: () => daemon?.signal('SIGSTOP'),
    thaw: () => daemon?.signal('SIGCONT')
  }
}

/** A data folder that holds a node's identity and the users' SCRAM credentials; ports are no part of it. */
function formattedFolder(id: number): Promise<string> {
  const scram = Object.entries(USERS).flatMap(([name, password]) =>
    ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map(mechanism => `${mechanism}=[name=${name},password=${password}]`)
  )
  return cached('kafka-formatted', ['4.4.0', CLUSTER_ID, id, scram], async folder => {
    const file = join(folder, 'server.properties')
    const listener = { name: 'PLAINTEXT', protocol: 'PLAINTEXT', port: 1, advertised: 1 } as const
    const properties = { id, listeners: [listener], controllers: new Map([[id, 2]]), data: join(folder, 'data') }
    await writeFile(file, nodeProperties(properties))
    const args = ['format', '-t', CLUSTER_ID, '-c', file, ...scram.flatMap(user => ['--add-scram', user])]
    await runJdk('java', [...LEAN, '-cp', await kafkaClassPath(), 'kafka.tools.StorageTool', ...args])
  })
}
