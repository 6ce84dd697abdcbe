import { generateKeyPairSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Code, EventError, refusals, UnavailableError } from '../../src/errors.ts'
import { dynamicSigner, staticSigner } from '../../src/standin/sign.ts'
import { BODY, genuine, refusalText, startTestBridge, type TestBridge, until } from './harness.ts'
import { type OpenKeySet, openKeySet } from './key-set.ts'
import { nowInSeconds, OTHER_SECRET, SECRET, signed } from './sign.ts'
import { bytesOf, head, type Parts, type Reply, wire } from './wire.ts'

const TOKEN = 'a-callback-token-of-this-test'
let keySet: OpenKeySet
let bridge: TestBridge
/** Every status and code that came over the wire. */
const seen = new Set<string>()

beforeAll(async () => {
  keySet = await openKeySet()
  keySet.mode = 'fail'
  bridge = await startTestBridge({
    endpoints: [
      { path: '/hooks', verify: { static: { secrets: [SECRET] } } },
      { path: '/jobs', verify: { dynamic: { tokens: [TOKEN], keys: keySet.url } } }
    ],
    limits: { inFlightRequests: 1, retryAfter: '1500ms' }
  })
})
afterAll(async () => {
  await bridge[Symbol.asyncDispose]()
  await keySet.close()
})

const dynamic = (parts: { target?: string; body?: string } = {}) => {
  const { target = `/jobs?token=${TOKEN}`, body = BODY } = parts
  return genuine({ target, body, signer: dynamicSigner(generateKeyPairSync('ed25519').privateKey) })
}
const publishing = async (publish: TestBridge['broker']['publish']) => {
  bridge.broker.publish = publish
  try {
    return await bridge.deliver()
  } finally {
    bridge.broker.publish = bridge.broker.accept
  }
}

/** Sends a head whose body never comes: the answer must not wait for it. */
const headOnly = (parts: Parts) => bridge.send({ ...parts, body: '' })

interface Row {
  readonly when: string
  readonly status: number
  readonly code?: Code
  /** The sentence, where the code has more than one. */
  readonly message?: string
  readonly send: () => Promise<Reply>
}

const rows: Row[] = [
  { when: 'a genuine webhook', status: 204, send: () => bridge.deliver() },
  ...['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
    (name): Row => ({
      when: `without ${name}`,
      status: 400,
      code: 'ERR_HEADERS',
      message: `The header ${name} is missing, repeated or malformed.`,
      send: () => bridge.send({ headers: signed(BODY).filter(([key]) => key !== name), body: BODY })
    })
  ),
  {
    when: 'signed with another secret',
    status: 401,
    code: 'ERR_SIGNATURE',
    send: () => bridge.deliver({ signer: staticSigner(OTHER_SECRET) })
  },
  {
    when: 'a timestamp from before the tolerance',
    status: 401,
    code: 'ERR_TIMESTAMP',
    send: () => bridge.deliver({ timestamp: nowInSeconds() - 302 })
  },
  {
    when: 'a timestamp from after the tolerance',
    status: 401,
    code: 'ERR_TIMESTAMP',
    send: () => bridge.deliver({ timestamp: nowInSeconds() + 303 })
  },
  {
    when: 'without the callback token',
    status: 401,
    code: 'ERR_TOKEN',
    send: () => bridge.send(dynamic({ target: '/jobs' }))
  },
  {
    when: 'a path that is none',
    status: 404,
    code: 'ERR_NOT_FOUND',
    send: () => bridge.deliver({ target: '/hook' })
  },
  {
    when: 'GET on an endpoint',
    status: 405,
    code: 'ERR_METHOD',
    send: () => bridge.send({ method: 'GET', target: '/jobs' })
  },
  {
    when: 'POST on a health check',
    status: 405,
    code: 'ERR_METHOD',
    send: () => bridge.send({ target: '/health/live' })
  },
  {
    when: 'headers that do not end',
    status: 408,
    code: 'ERR_SLOW',
    send: async () => {
      await using connection = await wire(bridge.url)
      connection.write('POST /hooks HTTP/1.1\r\nhost: a\r\n')
      return await connection.reply()
    }
  },
  {
    when: 'a body that does not end',
    status: 408,
    code: 'ERR_SLOW',
    send: async () => {
      await using connection = await wire(bridge.url)
      connection.write(bytesOf({ headers: [...signed(BODY), ['content-length', '100']], body: '{' }))
      return await connection.reply()
    }
  },
  {
    when: 'a body declared too large',
    status: 413,
    code: 'ERR_TOO_LARGE',
    send: () => headOnly({ headers: [...signed(BODY), ['content-length', String(256 * 1024 + 1)]] })
  },
  {
    when: 'a body that turns out too large',
    status: 413,
    code: 'ERR_TOO_LARGE',
    send: async () => {
      await using connection = await wire(bridge.url)
      connection.write(head({ headers: [...signed(BODY), ['transfer-encoding', 'chunked']] }))
      for (let i = 0; i < 5; i++) connection.write(`${(64 * 1024).toString(16)}\r\n`, ' '.repeat(64 * 1024), '\r\n')
      return await connection.reply()
    }
  },
  {
    when: 'a compressed body',
    status: 415,
    code: 'ERR_ENCODING',
    send: () => bridge.deliver({ headers: [['content-encoding', 'gzip']] })
  },
  { when: 'no envelope', status: 422, code: 'ERR_EVENT', send: () => bridge.deliver({ body: '[]' }) },
  {
    when: 'an event that the destination can never take',
    status: 422,
    code: 'ERR_EVENT',
    send: () => publishing(() => Promise.reject(new EventError('The broker takes 10 bytes.')))
  },
  { when: 'signing keys that cannot be had', status: 503, code: 'ERR_KEYS', send: () => bridge.send(dynamic()) },
  {
    when: 'a destination that is down',
    status: 503,
    code: 'ERR_DESTINATION',
    send: () => publishing(() => Promise.reject(new UnavailableError('The broker is at lunch.')))
  },
  {
    when: 'an adapter that throws what it should not',
    status: 503,
    code: 'ERR_DESTINATION',
    send: () => publishing(() => Promise.reject(new TypeError('undefined is not a broker')))
  },
  {
    when: 'a destination that never answers',
    status: 503,
    code: 'ERR_DESTINATION',
    send: () => publishing(() => new Promise(() => {}))
  },
  {
    when: 'as many in flight as may be',
    status: 503,
    code: 'ERR_BUSY',
    send: async () => {
      const gate = Promise.withResolvers<void>()
      bridge.broker.publish = async event => {
        await gate.promise
        return await bridge.broker.accept(event)
      }
      const first = bridge.deliver()
      await until(async () => (await bridge.metric('gemini_event_bridge_in_flight_requests')) === 1)
      const reply = await headOnly({ headers: [...signed(BODY), ['content-length', '100']] })
      gate.resolve()
      expect((await first).status).toBe(204)
      bridge.broker.publish = bridge.broker.accept
      return reply
    }
  },
  {
    // The last row: nothing can be sent after it.
    when: 'a drain on a connection that was kept alive',
    status: 503,
    code: 'ERR_DRAINING',
    send: async () => {
      await using connection = await wire(bridge.url)
      // The second request is under way when the drain begins; an idle connection would just be closed.
      const request = bytesOf(genuine())
      connection.write(bytesOf(genuine()), request.subarray(0, 10))
      expect((await connection.reply()).status).toBe(204)
      const drained = bridge.drain()
      connection.write(request.subarray(10))
      const reply = await connection.reply()
      expect(await drained).toBe(true)
      return reply
    }
  }
]

test.for(rows)('$status $code: $when', async ({ status, code, message, send }) => {
  const reply = await send()
  const { headers } = reply
  seen.add(`${reply.status} ${reply.body === '' ? '' : JSON.parse(reply.body).code}`.trim())
  expect(reply.status).toBe(status)
  if (code === undefined) {
    expect(reply.body).toBe('')
    expect(headers).not.toHaveProperty('content-length')
    expect(headers).not.toHaveProperty('content-type')
  } else {
    expect(reply.body).toBe(refusalText(status, code, message ?? refusals[code].message))
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
  }
  // Whole seconds, rounded up.
  expect(headers['retry-after']).toBe(status === 503 ? '2' : undefined)
  expect('allow' in headers).toBe(status === 405)
  expect(headers).not.toHaveProperty('location')
})

test('405 says which methods there are', async () => {
  await using other = await startTestBridge()
  const endpoint = await other.send({ method: 'GET' })
  expect(endpoint.headers['allow']).toBe('POST')
  const health = await other.send({ target: '/health/ready' })
  expect(health.headers['allow']).toBe('GET, HEAD')
})

test('these are all the answers, in the code and in the README', async () => {
  const inCode = Object.entries(refusals).map(([code, { statusCode }]) => `${statusCode} ${code}`)
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  const [, section = ''] = /<!-- generated: statuses -->\n([\s\S]*?)<!-- \/generated -->/.exec(readme) ?? []
  const [head, line, ...lines] = section.trim().split('\n').map(cellsOf)
  expect(head).toEqual(['status', 'code', 'message'])
  expect(line?.every(cell => /^-+$/.test(cell))).toBe(true)
  const inReadme = lines.map(([status, code = '']) => `${status?.slice(0, 3)} ${code.replaceAll('`', '')}`.trim())

  expect([...seen].sort()).toEqual(['204', ...inCode].sort())
  expect(inReadme.sort()).toEqual([...seen].sort())
  for (const [status = '', code = ''] of lines) {
    expect(status.includes('Retry-After'), code).toBe(status.startsWith('503'))
    expect(status.includes('Allow'), code).toBe(status.startsWith('405'))
  }
})

function cellsOf(line: string): string[] {
  return line
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split('|')
    .map(cell => cell.trim())
}
