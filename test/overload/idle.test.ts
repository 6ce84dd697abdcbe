import { expect, test } from 'vitest'
import { genuine, startTestBridge, until } from '../ingress/harness.ts'
import { heldBytes } from '../ingress/memory.ts'
import { bytesOf, type Wire, wire } from '../ingress/wire.ts'

const MiB = 1024 * 1024
const CONNECTIONS = 100

test('an idle connection does not keep the webhook that it brought', async () => {
  await using bridge = await startTestBridge({ limits: { receive: '20s', drain: '25s' } })
  bridge.broker.publish = async () => '1'
  const body = JSON.stringify({ type: 'a', data: 'x'.repeat(200 * 1024) })
  const before = heldBytes()
  const connections: Wire[] = []
  for (let i = 0; i < CONNECTIONS; i += 1) {
    const connection = await wire(bridge.url)
    connections.push(connection)
    connection.write(bytesOf(genuine({ body })))
    expect((await connection.reply()).status).toBe(204)
  }
  // One hundred of them would be 20 MB.
  await until(() => heldBytes() - before < 5 * MiB)
  for (const connection of connections) {
    expect(connection.socket.readableEnded).toBe(false)
    await connection[Symbol.asyncDispose]()
  }
})
