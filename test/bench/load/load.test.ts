import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { sendPaced } from './paced.ts'
import { HEAD_BYTES, signedRequest } from './signed.ts'
import { toLoad } from './wrk.ts'

const clean = {
  answers: 20,
  microseconds: 2_000_000,
  p50: 1500,
  p99: 9000,
  refused: 0,
  broken: 0,
  late: 0,
  exhausted: 0
}
const print = (result: object) => `wrk says more\nresult ${JSON.stringify(result)}\n`

test('what wrk has seen is a load only if every answer was an acknowledgement', () => {
  expect(toLoad(print(clean), 100)).toEqual({ acknowledged: 20, seconds: 2, p50: 1.5, p99: 9 })
  expect(() => toLoad(print({ ...clean, refused: 1 }), 100)).toThrow('1 answers were errors')
  expect(() => toLoad(print({ ...clean, broken: 1 }), 100)).toThrow('1 connections broke')
  expect(() => toLoad(print({ ...clean, late: 1 }), 100)).toThrow('1 answers came too late')
  expect(() => toLoad(print({ ...clean, exhausted: 1 }), 100)).toThrow('100 webhooks were not enough')
  expect(() => toLoad('nothing', 100)).toThrow('no result')
})

test('requests are of one length, and no two have one id', () => {
  const requests = Array.from({ length: 1200 }, signedRequest)
  expect(new Set(requests.map(request => /webhook-id: (\S+)/.exec(request)?.[1])).size).toBe(1200)
  expect(new Set(requests.map(({ length }) => length))).toEqual(new Set([HEAD_BYTES + 1024]))
})

async function serve(statusOf: (count: number) => number): Promise<string> {
  let count = 0
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(statusOf(count++)).end())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('a paced load offers its rate, and counts 503 apart', async () => {
  const load = await sendPaced(await serve(count => (count % 10 === 0 ? 503 : 204)), 200, 0.5, signedRequest)
  expect(load).toMatchObject({ acknowledged: 90, unavailable: 10 })
  expect(load.seconds).toBeGreaterThan(0.45)
  expect(load.p99).toBeGreaterThanOrEqual(load.p50)
})

test('a paced load fails with the first other answer', async () => {
  await expect(sendPaced(await serve(() => 401), 100, 0.1, signedRequest)).rejects.toThrow('{"401":10}')
})
