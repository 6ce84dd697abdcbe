/**
 * Real Kafka with several nodes, each behind a fault proxy of its own: what a client finds through `bootstrap` are the
 * proxies. Heavy (some 220 MB a node): in a test file of its own.
 *
 *     const cluster = await startKafkaCluster(3)
 *     const peer = connectPeer(port, cluster.direct)       // the nodes themselves
 *     await peer.createTopic(topic, { replicas: 3 })       // min.insync.replicas is 2
 *     await cluster.node(2).kill()                         // and `start()`, `freeze()`, `proxy.hold()`, …
 *     await cluster.stop()                                 // in `afterAll`
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { onFreePorts } from '../ports.ts'
import { type FaultProxy, openFaultProxy } from '../proxy.ts'
import { temporaryFolder } from '../watchdog.ts'
import { classArchive } from './class-archive.ts'
import { type KafkaNode, prepareNode } from './node.ts'
import type { Listener } from './properties.ts'

export interface ClusterNode extends KafkaNode {
  readonly id: number
  /** What stands between clients and this node; other nodes reach it without. */
  readonly proxy: FaultProxy
}

export interface KafkaCluster {
  /** The nodes' addresses through their proxies, with commas between them. */
  readonly bootstrap: string
  /** The nodes' own addresses. */
  readonly direct: string
  readonly nodes: readonly ClusterNode[]
  /** The node with this id; ids start at 1. */
  node(id: number): ClusterNode
  /** Ends it for good, and removes its data. */
  stop(): Promise<void>
}

/** Starts this many nodes; resolves when each accepts clients. */
export async function startKafkaCluster(count: number): Promise<KafkaCluster> {
  const classes = await classArchive()
  const folder = temporaryFolder('kafka-cluster-')
  const proxies = await Promise.all(Array.from({ length: count }, () => openFaultProxy({ port: 0, target: 0 })))
  const release = async () => {
    await Promise.all(proxies.map(proxy => proxy.close()))
    await folder.remove()
  }
  try {
    return await onFreePorts(3 * count, async port => {
      const controllers = new Map(proxies.map((_, index) => [index + 1, port()]))
      const members = proxies.map((proxy, index) => ({ id: index + 1, proxy, listeners: layOut(proxy, port) }))
      const nodes = await Promise.all(
        members.map(async ({ id, proxy, listeners }) => {
          const home = join(folder.path, String(id))
          await mkdir(home, { recursive: true })
          const node = await prepareNode({ folder: home, id, listeners, controllers, javaOptions: [classes] })
          return { ...node, id, proxy }
        })
      )
      const kill = () => Promise.all(nodes.map(node => node.kill()))
      await Promise.all(nodes.map(node => node.start())).catch(async cause => {
        await kill()
        throw cause
      })
      return {
        bootstrap: proxies.map(proxy => `127.0.0.1:${proxy.port}`).join(','),
        direct: members.map(({ listeners }) => `127.0.0.1:${listeners[0].port}`).join(','),
        nodes,
        node(id) {
          const node = nodes[id - 1]
          if (node === undefined) throw new Error(`there is no node ${id}`)
          return node
        },
        async stop() {
          await kill()
          await release()
        }
      }
    })
  } catch (cause) {
    await release()
    throw cause
  }
}

/** A listener for the nodes and the peer, and one for clients, which the proxy now leads to. */
function layOut(proxy: FaultProxy, port: () => number): [direct: Listener, proxied: Listener] {
  const direct = port()
  proxy.target = port()
  return [
    { name: 'PLAINTEXT', protocol: 'PLAINTEXT', port: direct, advertised: direct },
    { name: 'PROXIED', protocol: 'PLAINTEXT', port: proxy.target, advertised: proxy.port }
  ]
}
