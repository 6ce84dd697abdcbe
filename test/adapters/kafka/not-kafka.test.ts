import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { UnavailableError } from '../../../src/adapter.ts'
import { CLIENTS } from './clients.ts'
import { connectKafka } from './harness.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }

/** Listens on a port and answers each request by its number, from 0. */
async function answering(answer: (request: Buffer, number: number) => Buffer): Promise<string> {
  const server = createServer(socket => {
    let count = 0
    socket.on('error', () => {}).on('data', request => socket.write(answer(request, count++)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Says that it takes Metadata in versions 0 to 1: ApiVersions, version 2. */
function apiVersions(request: Buffer): Buffer {
  const body = Buffer.alloc(22)
  request.copy(body, 0, 8, 12)
  body.writeInt32BE(1, 6)
  body.writeInt16BE(3, 10)
  body.writeInt16BE(1, 14)
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length - 2)
  return Buffer.concat([length, body.subarray(0, body.length - 2)])
}

const bytes = (hex: string) => () => Buffer.from(hex, 'hex')

// A fault that nobody catches ends the whole run, as it would end the bridge.
describe.each(CLIENTS)('by %s,', client => {
  test.each([
    ['a length of nothing', bytes('00000000')],
    ['a length below nothing', bytes('8300000182')],
    ['a length of -1', bytes('ffffffff')],
    ['another protocol', () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    [
      'a length of nothing, after a beginning like that of Kafka',
      (request: Buffer, number: number) => (number === 0 ? apiVersions(request) : Buffer.alloc(4))
    ]
  ])('a port that answers with %s is an UnavailableError', async (_what, answer) => {
    const broker = await answering(answer)
    const refusal = await connectKafka({ client, brokers: [broker], topic: 'jobs' }, log).catch(
      (error: unknown) => error
    )
    expect(refusal).toBeInstanceOf(UnavailableError)
    expect(String(refusal)).toMatch(/brokers/)
  })
})
