import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { openBalancer } from './balancer.ts'

/** A replica that says its name, and then what it is told. */
async function startReplica(name: string, port = 0): Promise<{ server: Server; port: number; sockets: Socket[] }> {
  const sockets: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, socket => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.write(name)
    socket.pipe(socket)
  })
  await once(server.listen(port, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { server, port: (server.address() as AddressInfo).port, sockets }
}

async function openTo(ports: readonly number[]) {
  const balancer = await openBalancer(ports)
  onTestFinished(() => balancer.close())
  const open = async () => {
    const socket = connect(balancer.port, '127.0.0.1')
    await once(socket, 'connect')
    return socket
  }
  const say = async (words: string) => text((await open()).end(words))
  return { open, say }
}

test('connections go round, and everything passes both ways', async () => {
  const [one, two] = [await startReplica('one '), await startReplica('two ')]
  const { say } = await openTo([one.port, two.port])
  const long = 'x'.repeat(1_000_000)
  expect((await Promise.all([say(long), say(long)])).sort()).toEqual([`one ${long}`, `two ${long}`])
})

test('a replica that refuses is passed over, and used again when it is back', async () => {
  const [one, two] = [await startReplica('one '), await startReplica('two ')]
  const { say } = await openTo([one.port, two.port])
  one.server.close()
  await once(one.server, 'close')
  expect([await say('a'), await say('b')]).toEqual(['two a', 'two b'])
  await startReplica('one ', one.port)
  expect([await say('a'), await say('b')].sort()).toEqual(expect.arrayContaining([expect.stringMatching('one')]))
})

test('a connection whose replica dies is lost, as one for which there is no replica is', async () => {
  const one = await startReplica('one ')
  const { open, say } = await openTo([one.port])
  const socket = await open()
  await once(socket, 'data')
  one.server.close()
  for (const each of one.sockets) each.resetAndDestroy()
  await expect(once(socket, 'close')).rejects.toThrow('ECONNRESET')
  await expect(say('a')).rejects.toThrow('ECONNRESET')
})
