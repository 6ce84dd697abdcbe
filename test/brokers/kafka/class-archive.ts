import { join } from 'node:path'
import { cached } from '../cache.ts'
import { onFreePorts } from '../ports.ts'
import { temporaryFolder } from '../watchdog.ts'
import list from './jars.json' with { type: 'json' }
import { prepareNode } from './node.ts'

/**
 * An option that has Java map the broker's classes from a file, rather than read them from 44 jars: a start takes 1.4 s
 * of processor time instead of 2.4. The file is written by a broker's orderly end, once a machine; a Java that did not
 * write it ignores it.
 */
export async function classArchive(): Promise<string> {
  const folder = await cached('kafka-classes', list, async folder => {
    const home = temporaryFolder('kafka-classes-')
    try {
      await onFreePorts(2, async next => {
        const port = next()
        const node = await prepareNode({
          folder: home.path,
          id: 1,
          listeners: [{ name: 'PLAINTEXT', protocol: 'PLAINTEXT', port, advertised: port }],
          controllers: new Map([[1, next()]]),
          javaOptions: [`-XX:ArchiveClassesAtExit=${join(folder, 'classes')}`]
        })
        await node.start()
        await node.kill('SIGTERM')
      })
    } finally {
      await home.remove()
    }
  })
  return `-XX:SharedArchiveFile=${join(folder, 'classes')}`
}
