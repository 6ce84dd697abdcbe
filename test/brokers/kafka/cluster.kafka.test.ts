import { expect, onTestFinished, vi } from 'vitest'
import { startKafkaCluster } from './cluster.ts'
import { connectPeer } from './peer.ts'
import { it } from './shared.ts'

const PATIENCE = { timeout: 10_000 }

it('has three nodes behind proxies, moves leaders, and survives the loss of one', async ({ kafka }) => {
  const cluster = await startKafkaCluster(3)
  onTestFinished(() => cluster.stop())
  const peer = connectPeer(kafka.peer, cluster.direct)
  const client = connectPeer(kafka.peer, cluster.bootstrap)
  await peer.createTopic('ledger', { replicas: 3 })
  for (const to of [2, 3, 1]) {
    await peer.moveLeader('ledger', 0, to)
    // The broker that is asked may hear of it a little later than the one that moved it.
    await vi.waitFor(async () => expect(await peer.partitions('ledger')).toMatchObject([{ leader: to }]), PATIENCE)
  }
  await client.produce('ledger', null, 'one')

  await cluster.node(1).kill()
  await client.produce('ledger', null, 'two')
  await vi.waitFor(
    async () => expect(await peer.partitions('ledger')).toMatchObject([{ leader: expect.not.toBeOneOf([1, null]) }]),
    PATIENCE
  )
  await cluster.node(1).start()
  await vi.waitFor(async () => expect((await peer.partitions('ledger'))[0]?.isr).toHaveLength(3), { timeout: 20_000 })

  await cluster.node(2).proxy.refuse()
  await peer.moveLeader('ledger', 0, 2)
  const impatient = { 'delivery.timeout.ms': '1000', 'request.timeout.ms': '900' }
  const unreachable = connectPeer(kafka.peer, cluster.bootstrap, impatient).produce('ledger', null, 'lost')
  await expect(unreachable).rejects.toMatchObject({ code: 'TimeoutException' })
  expect((await peer.read('ledger')).map(({ value }) => String(value))).toEqual(['one', 'two'])
})
