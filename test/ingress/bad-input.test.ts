import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toStructured } from '../../src/event.ts'
import { staticSigner } from '../../src/standin/sign.ts'
import { BODY, genuine, startTestBridge, type TestBridge } from './harness.ts'
import { nowInSeconds, OTHER_SECRET, SECRET, signed, signedBytes, webhookHeaders } from './sign.ts'
import type { Header, Reply } from './wire.ts'

let bridge: TestBridge
beforeAll(async () => {
  bridge = await startTestBridge()
})
afterAll(() => bridge[Symbol.asyncDispose]())

const codeOf = ({ status, body }: Reply) => (body === '' ? String(status) : `${status} ${JSON.parse(body).code}`)
const post = async (headers: readonly Header[], body: string | Uint8Array = BODY) =>
  codeOf(await bridge.send({ headers, body }))
/** Headers for BODY whose signature is made of genuine ones: `sign` gives the entry for a secret. */
const withSignature = (make: (sign: (secret: string) => string) => string) => {
  const id = `msg_${randomUUID()}`
  const timestamp = nowInSeconds()
  const sign = (secret: string) => staticSigner(secret)({ id, body: BODY }, timestamp)
  return webhookHeaders(id, String(timestamp), make(sign))
}

test('a byte that is no UTF-8 is not its replacement character', async () => {
  const bytes = Buffer.from('{"type":"a","data":{"x":"\xff"}}', 'latin1')
  const twin = '{"type":"a","data":{"x":"\ufffd"}}'
  expect(bytes.toString()).toBe(twin)
  expect(await post(signed(twin), bytes)).toBe('401 ERR_SIGNATURE')
  expect(await post(signed(twin), twin)).toBe('204')
  expect(await post(signedBytes(bytes), bytes)).toBe('422 ERR_EVENT')
})

test.for([
  ['webhook-timestamp', '123abc'],
  ['webhook-timestamp', '-1'],
  ['webhook-timestamp', '1.5'],
  ['webhook-timestamp', '0x10'],
  ['webhook-timestamp', ''],
  ['webhook-timestamp', '1234567890123'],
  ['webhook-id', ''],
  ['webhook-id', 'a b'],
  ['webhook-id', 'caf\xe9'],
  ['webhook-id', 'x'.repeat(257)],
  ['webhook-signature', ''],
  ['webhook-signature', 'x'.repeat(4097)]
] as const)('%s: %s is malformed', async ([name, value]) => {
  const headers = signed(BODY).map(([key, good]): Header => [key, key === name ? value : good])
  const reply = await bridge.send({ headers, body: BODY })
  expect(JSON.parse(reply.body)).toEqual({
    statusCode: 400,
    code: 'ERR_HEADERS',
    message: `The header ${name} is missing, repeated or malformed.`
  })
})

test('an id of 256 visible characters is none too long', async () => {
  const id = '!~'.repeat(128)
  expect(codeOf(await bridge.deliver({ id }))).toBe('204')
  expect(bridge.broker.events.at(-1)?.id).toBe(id)
})

test.for(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('%s twice, in any case', async name => {
  const headers = signed(BODY)
  const [again] = headers.filter(([key]) => key === name).map(([key, value]): Header => [key.toUpperCase(), value])
  expect(again).toBeDefined()
  expect(await post(again ? [...headers, again] : headers)).toBe('400 ERR_HEADERS')
})

test('signature entries that cannot be read are skipped', async () => {
  for (const junk of ['nocomma', 'v1', 'v1,', ',', 'v2,AAAA', 'V1,AAAA', 'v1a,AAAA', 'v1,====', '', '\t']) {
    expect(await post(withSignature(sign => `${junk} ${sign(SECRET)}`)), junk).toBe('204')
    expect(await post(withSignature(() => `x ${junk}`)), junk).toBe('401 ERR_SIGNATURE')
  }
  // Without its version, or with another one before it, the right signature is none.
  expect(await post(withSignature(sign => sign(SECRET).slice(3)))).toBe('401 ERR_SIGNATURE')
  expect(await post(withSignature(sign => `v1a,${sign(SECRET).slice(3)}`))).toBe('401 ERR_SIGNATURE')
  expect(await post(withSignature(sign => sign(SECRET).replace(',', ';')))).toBe('401 ERR_SIGNATURE')
})

test('two valid entries are as good as one', async () => {
  const count = bridge.broker.events.length
  expect(await post(withSignature(sign => `${sign(SECRET)} ${sign(SECRET)}`))).toBe('204')
  expect(await post(withSignature(sign => `${sign(OTHER_SECRET)} ${sign(SECRET)}`))).toBe('204')
  expect(bridge.broker.events).toHaveLength(count + 2)
})

test('of many entries, the first 16 are looked at; ten thousand do not even fit', async () => {
  expect(await post(withSignature(sign => `${'v1,AA '.repeat(15)}${sign(SECRET)}`))).toBe('204')
  expect(await post(withSignature(sign => `${'v1,AA '.repeat(16)}${sign(SECRET)}`))).toBe('401 ERR_SIGNATURE')
  const tooMany = await bridge.send({ headers: withSignature(() => 'v1,AA '.repeat(10_000)), body: BODY })
  expect(tooMany.status).toBe(431)
  expect(tooMany.headers['connection']).toBe('close')
})

test.for(['gzip', 'br', 'identity, gzip', 'x-unheard-of'])('content-encoding: %s', async encoding => {
  expect(codeOf(await bridge.deliver({ headers: [['content-encoding', encoding]] }))).toBe('415 ERR_ENCODING')
})
test('content-encoding: Identity is none', async () => {
  expect(codeOf(await bridge.deliver({ headers: [['Content-Encoding', 'Identity']] }))).toBe('204')
})

const odd = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain; charset=x']
test.for([...odd, '', ';', '/', 'a', '{"a"', '\xff/\xff', 'application/json; charset', 'a/b, c/d'])(
  'content-type: %s does not matter',
  async type => {
    expect(codeOf(await bridge.deliver({ headers: [['content-type', type]] }))).toBe('204')
    const twice: Header[] = [
      ['content-type', type],
      ['Content-Type', 'text/html']
    ]
    expect(codeOf(await bridge.deliver({ headers: twice }))).toBe('204')
  }
)

test.for([
  ['nothing at all', ''],
  ['white space', ' '],
  ['no JSON', 'type=a'],
  ['half of it', BODY.slice(0, -1)],
  ['two of it', BODY + BODY],
  ['null', 'null'],
  ['a number', '1'],
  ['a list', `[${BODY}]`],
  ['no type', '{"data":{}}'],
  ['an empty type', '{"type":"","data":{}}'],
  ['a type that is no string', '{"type":["batch.succeeded"]}'],
  ['a type with a line break', '{"type":"a\\nb"}'],
  ['a byte order mark', `\ufeff${BODY}`],
  ['lists, as deep as they fit', '['.repeat(200_000)],
  ['objects, as deep as they fit', `{"type":"a","data":${'{"a":'.repeat(40_000)}1${'}'.repeat(40_001)}`]
] as const)('a genuine body that is no envelope: %s', async ([, body]) => {
  const count = bridge.broker.events.length
  expect(codeOf(await bridge.deliver({ body }))).toBe('422 ERR_EVENT')
  expect(bridge.broker.events).toHaveLength(count)
  expect(codeOf(await bridge.deliver()), 'the bridge goes on').toBe('204')
})

test('__proto__ and its kin are members like any other', async () => {
  const body =
    '{"type":"a","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":2}},"data":{"id":"j1","__proto__":{"id":"j2"},"toString":"x"}}'
  expect(codeOf(await bridge.deliver({ body }))).toBe('204')
  const event = bridge.broker.events.at(-1)
  expect(event?.subject).toBe('j1')
  const text = Buffer.from(event?.data ?? []).toString()
  // The data's own member stays where names collide.
  expect(text).toContain('"__proto__":{"id":"j2"}')
  expect(text).toContain('"constructor":{"prototype":{"polluted":2}}')
  expect(text).toContain('"toString":"x"')
  expect({}).not.toHaveProperty('polluted')
})

test('numbers keep their digits all the way', async () => {
  const body = '{"type":"a","data":{"n":[12345678901234567890,1.0,1e400,-0]}}'
  expect(codeOf(await bridge.deliver({ body }))).toBe('204')
  const event = bridge.broker.events.at(-1)
  expect(event && toStructured(event)).toContain('[12345678901234567890,1.0,1e400,-0]')
})

test('a trailing slash, another case, an encoded or a doubled character make another path', async () => {
  for (const target of ['/hooks/', '/Hooks', '/%68ooks', '//hooks', '/hooks%3F', '/./hooks', '/hooks#', '/hooks;x']) {
    expect(codeOf(await bridge.deliver({ target })), target).toBe('404 ERR_NOT_FOUND')
  }
  for (const target of ['/%', '/%zz', '/hooks%', '/%E0%A4%A']) {
    expect(codeOf(await bridge.deliver({ target })), target).toBe('404 ERR_NOT_FOUND')
  }
  for (const target of ['/hooks?', '/hooks?a=%zz', '/hooks?/hooks', 'http://elsewhere.test/hooks']) {
    expect(codeOf(await bridge.deliver({ target })), target).toBe('204')
  }
  expect((await bridge.send({ ...genuine({ target: 'http://elsewhere.test/hooks' }), method: 'GET' })).status).toBe(405)
})
