import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cached } from '../cache.ts'
import { startDaemon } from '../daemon.ts'
import { jdk, LEAN, runJdk } from '../java.ts'
import { onFreePorts } from '../ports.ts'
import { temporaryFolder } from '../watchdog.ts'
import list from './jars.json' with { type: 'json' }
import { kafkaClassPath } from './jars.ts'

const SOURCES = ['Peer.java', 'Topics.java'].map(name => fileURLToPath(new URL(name, import.meta.url)))

/** Starts the process that `connectPeer` speaks to; resolves when it listens. One serves all tests of a run. */
export async function startPeer(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const classPath = [await compiled(), await kafkaClassPath()].join(':')
  const folder = temporaryFolder('kafka-peer-')
  try {
    return await onFreePorts(1, async next => {
      const port = next()
      const flags = [
        ...LEAN,
        '-Xmx128m',
        `-Djava.io.tmpdir=${folder.path}`,
        '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'
      ]
      const daemon = startDaemon(
        jdk('java'),
        [...flags, '-cp', classPath, 'Peer', String(port)],
        join(folder.path, 'log')
      )
      await daemon.listening([port])
      return {
        port,
        async stop() {
          await daemon.kill()
          await folder.remove()
        }
      }
    })
  } catch (cause) {
    await folder.remove()
    throw cause
  }
}

async function compiled(): Promise<string> {
  const sources = await Promise.all(SOURCES.map(source => readFile(source, 'utf8')))
  return cached('kafka-peer', [sources, list], async folder => {
    await runJdk('javac', ['--release', '17', '-cp', await kafkaClassPath(), '-d', folder, ...SOURCES])
  })
}
