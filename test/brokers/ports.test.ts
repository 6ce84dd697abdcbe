import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { start } from '../spawn.ts'
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

test('no other process is given the same ports, and nobody the same port twice in a row', async () => {
  const url = JSON.stringify(new URL('ports.ts', import.meta.url).href)
  const code = `
    import { freePorts } from ${url}
    const lists = await Promise.all([freePorts(30), freePorts(30), freePorts(30)])
    console.log('ports=' + lists.flat() + ';')
    process.stdin.resume()
  `
  const others = [1, 2, 3].map(() => start(process.execPath, ['--input-type=module', '-e', code], {}))
  onTestFinished(() => {
    for (const other of others) other.kill('SIGKILL')
  })
  const given = await Promise.all(others.map(async other => (await other.until(/ports=(.*);/))[1]?.split(',') ?? []))
  expect(new Set(given.flat()).size).toBe(270)
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
