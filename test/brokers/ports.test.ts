import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { freePorts, onFreePorts } from './ports.ts'

test('ports are different and free', async () => {
  const ports = await freePorts(20)
  expect(new Set(ports).size).toBe(20)
  for (const port of ports) {
    const server = createServer().listen(port, '127.0.0.1')
    await once(server, 'listening')
    server.close()
  }
})

test('starts again on other ports when one was taken meanwhile', async () => {
  const tried: number[][] = []
  const result = await onFreePorts(2, async port => {
    tried.push([port(), port()])
    if (tried.length < 3) throw new Error('the log ends with: java.net.BindException: Address already in use')
    return 'started'
  })
  expect(result).toBe('started')
  expect(new Set(tried.flat()).size).toBe(6)
})

test.each([
  ['it fails for another reason', 'out of memory', 1],
  ['its ports are always taken', 'Address already in use', 3]
])('gives up when %s', async (_, message, attempts) => {
  let count = 0
  const start = async () => {
    count += 1
    throw new Error(message)
  }
  await expect(onFreePorts(1, start)).rejects.toThrow(message)
  expect(count).toBe(attempts)
})

test('gives no more ports than were asked for', async () => {
  await expect(onFreePorts(1, async port => [port(), port()])).rejects.toThrow('only 1 ports')
})
