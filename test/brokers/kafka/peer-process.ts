import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { cached } from '../cache.ts'
import { jdk, LEAN, runJdk } from '../java.ts'
import { startMemoryServer } from '../server.ts'
import list from './jars.json' with { type: 'json' }
import { kafkaClassPath } from './jars.ts'

const SOURCES = ['Peer.java', 'Topics.java'].map(name => fileURLToPath(new URL(name, import.meta.url)))

/** Starts the process that `connectPeer` speaks to; resolves when it listens. One serves all tests of a run. */
export async function startPeer(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const classPath = [await compiled(), await kafkaClassPath()].join(':')
  return startMemoryServer(jdk('java'), (port, folder) => [
    ...LEAN,
    '-Xmx128m',
    `-Djava.io.tmpdir=${folder}`,
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
    '-cp',
    classPath,
    'Peer',
    String(port)
  ])
}

async function compiled(): Promise<string> {
  const sources = await Promise.all(SOURCES.map(source => readFile(source, 'utf8')))
  return cached('kafka-peer', [sources, list], async folder => {
    await runJdk('javac', ['--release', '17', '-cp', await kafkaClassPath(), '-d', folder, ...SOURCES])
  })
}
