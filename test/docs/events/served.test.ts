import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventTypes } from '../../../src/event-types.ts'
import { deliver } from '../../../src/standin/deliver.ts'
import { sample } from '../../../src/standin/samples.ts'
import { staticSigner } from '../../../src/standin/sign.ts'
import { temporaryFolder } from '../../brokers/watchdog.ts'
import { type Program, startBridgeProgram } from '../../spawn.ts'
import { TYPE_PREFIX } from './attributes.ts'
import { consumerTypes } from './schema.ts'
import { publishedValidator } from './validator.ts'

// What a bridge really publishes, as a consumer of its standard output gets it.
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const folder = temporaryFolder('geb-events-')
let program: Program

beforeAll(async () => {
  const file = {
    listen: { host: '127.0.0.1', port: 0 },
    admin: false,
    endpoints: [{ path: '/hooks', verify: { static: { secrets: [SECRET] } } }],
    events: { extensions: { tenant: 'user_metadata.tenant' } },
    destinations: { out: { adapter: 'stdout' }, parking: { adapter: 'stdout' } },
    deadLetter: 'parking'
  }
  await writeFile(join(folder.path, 'bridge.yaml'), JSON.stringify(file))
  program = startBridgeProgram(['serve', '--config', 'bridge.yaml'], { cwd: folder.path })
  const [, url] = await program.until(/"url":"([^"]+)"/)
  const send = async (id: string, body: string) => {
    const headers = { traceparent: TRACEPARENT, tracestate: 'a=1' }
    const to = { url: `${url}/hooks`, signer: staticSigner(SECRET), headers, retry: true }
    expect((await deliver({ id, body }, to)).at(-1)).toMatchObject({ status: 204 })
  }
  for (const type of eventTypes) {
    for (const placement of ['envelope', 'data'] as const) {
      const metadata = { tenant: 'acme' }
      await send(`msg_${type}_${placement}`, JSON.stringify(sample(type, { placement, metadata })))
    }
  }
  await send('msg_no_event', '["no event"]')
})
afterAll(async () => {
  program.kill('SIGKILL')
  await program.exit()
  await folder.remove()
})

it.each(consumerTypes)('every %s that the bridge publishes is valid', async type => {
  const lines = program.stdout.trim().split('\n')
  const events = lines.map(line => JSON.parse(line)).filter(event => event.type === `${TYPE_PREFIX}${type}`)
  expect(events).toHaveLength(type === 'dead_letter' ? 1 : 2)
  const validate = await publishedValidator(type)
  for (const event of events) {
    expect(event).toMatchObject({ traceparent: TRACEPARENT, tracestate: 'a=1' })
    expect(validate(event)).toEqual([])
  }
})
