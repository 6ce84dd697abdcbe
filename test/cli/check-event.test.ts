import { createServer } from 'node:net'
import { Readable, Writable } from 'node:stream'
import { expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { checkEvent } from '../../src/cli/check/event.ts'
import { folder, load, SECRET } from '../config/folder.ts'
import { root, start, startBridgeProgram } from '../spawn.ts'
import { BODY, DATA, explain, HEAD } from './explain-event.ts'

const SOURCE = '//generativelanguage.googleapis.com'

it('prints the event, what each route says, the record of each destination, and the answer', async () => {
  const config = await load(`${HEAD}
events: { extensions: { tenant: user_metadata.tenant } }
destinations:
  analytics: { adapter: kafka, brokers: [127.0.0.1:1], topic: gemini-events, fallback: { to: agents, after: 90s } }
  agents: { adapter: pubsub, topic: agents }
  erp: { adapter: eventbridge, bus: erp, detail: data }
  parking: { adapter: stdout }
routes:
  - to: [analytics]
  - filter: { prefix: { type: com.google.gemini.interaction. } }
    to: [agents]
  - filter: { exact: { tenant: acme } }
    to: [erp]
    delivery: bestEffort
deadLetter: parking
`)
  let output = ''
  const stdout = new Writable({
    write(chunk, _, done) {
      output += chunk
      done()
    }
  })
  const body = BODY.replace('"data"', '"user_metadata":{"tenant":"acme"},"data"')
  const io = { directory: '/', stdout, stdin: Readable.from([Buffer.from(body)]) }
  expect(await checkEvent('-', config, io, Date.UTC(2026, 0, 22, 12, 0, 1))).toBe(0)
  const data = `'{"user_metadata":{"tenant":"acme"},${DATA.slice(1)}'`
  expect(output).toBe(`endpoints:
  - /a
event:
  specversion: "1.0"
  id: msg_example
  source: ${SOURCE}
  type: com.google.gemini.batch.succeeded
  subject: batches/1
  time: 2026-01-22T12:00:00Z
  datacontenttype: application/json
  recordedtime: 2026-01-22T12:00:01.000Z
  partitionkey: batches/1
  apiversion: v1
  tenant: acme
  data: ${data}
routes:
  - route: routes[0]
    matches: true
    to:
      - analytics
    delivery: required
  - route: routes[1]
    matches: false
    why: type "com.google.gemini.batch.succeeded" does not begin with "com.google.gemini.interaction."
    to:
      - agents
    delivery: required
  - route: routes[2]
    matches: true
    to:
      - erp
    delivery: bestEffort
destinations:
  analytics:
    adapter: kafka
    delivery: required
    fallback:
      to: agents
      after: 90s
    record:
      topic: gemini-events
      key: batches/1
      headers:
        content-type: application/json
        ce_specversion: "1.0"
        ce_id: msg_example
        ce_source: ${SOURCE}
        ce_type: com.google.gemini.batch.succeeded
        ce_subject: batches/1
        ce_time: 2026-01-22T12:00:00Z
        ce_recordedtime: 2026-01-22T12:00:01.000Z
        ce_partitionkey: batches/1
        ce_apiversion: v1
        ce_tenant: acme
      value: ${data}
  erp:
    adapter: eventbridge
    delivery: bestEffort
    record:
      EventBusName: erp
      Source: com.google.gemini
      DetailType: com.google.gemini.batch.succeeded
      Detail: ${data}
      Time: 2026-01-22T12:00:00.000Z
answer: 204, once analytics has it.
`)
})

it('connects to nothing, and shows no secret', async () => {
  let connections = 0
  const broker = createServer(() => {
    connections += 1
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void broker.close())
  await new Promise(resolve => broker.once('listening', resolve))
  const address = broker.address()
  const at = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const password = 'nobody-may-see-this'
  const { output } = await explain(`
destinations:
  a: { adapter: kafka, brokers: ["${at}"], topic: t, sasl: { mechanism: plain, username: u, password: ${password} } }
  b: { adapter: pubsub, topic: topic, endpoint: "${at}" }
  c: { adapter: eventbridge, region: eu-central-1, endpoint: "http://${at}" }
`)
  expect(output).toContain('answer: 204, once a has it and b has it and c has it.')
  expect(connections).toBe(0)
  for (const secret of [password, SECRET]) expect(output).not.toContain(secret)
})

it('is an option of the program, which ends with 1 where the body is no event', async () => {
  const cwd = await folder({ 'bridge.yaml': `${HEAD}destinations: { a: { adapter: memory } }`, 'event.json': BODY })
  const args = ['check', '--config', 'bridge.yaml', '--event']
  const byFile = startBridgeProgram([...args, 'event.json'], { cwd })
  expect(await byFile.exit()).toBe(0)
  expect(parse(byFile.stdout)).toMatchObject({ answer: '204, once a has it.' })
  const pipeline = `echo '[]' | "$0" "$@"`
  const byPipe = start('sh', ['-c', pipeline, process.execPath, `${root}src/main.ts`, ...args, '-'], { cwd })
  expect(await byPipe.exit()).toBe(1)
  expect(parse(byPipe.stdout)).toMatchObject({ refused: expect.stringMatching(/not an object/) })
})
