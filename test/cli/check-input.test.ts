import { describe, expect, it } from 'vitest'
import { faultsOf, folder, SECRET } from '../config/folder.ts'
import { BODY, EVENT, explain, explainOne, HEAD } from './explain-event.ts'
import { runCheck } from './run-check.ts'

const SOURCE = '//generativelanguage.googleapis.com'
const MEMORY = 'destinations: { a: { adapter: memory } }'

describe('the file', () => {
  it('is a webhook, whose bytes stay as they are', async () => {
    const { event, destinations } = await explainOne(`events: { data: envelope }\n${MEMORY}`)
    expect(event.data).toBe(BODY)
    expect(destinations.a.record).toEqual(event)
  })

  it('or an event, which stays as it is, too', async () => {
    const said = await explainOne(MEMORY, EVENT)
    const event = { specversion: '1.0', id: 'e 1', source: 'urn:me', type: 'com.example.done', extra: 'yes' }
    const bytes = Buffer.of(0xff, 0, 0xfe)
    expect(said.event).toEqual({ ...event, datacontenttype: 'text/plain', data: bytes })
    expect(said).not.toHaveProperty('endpoints')
    expect(said).toMatchObject({ code: 0, answer: '204, once a has it.' })
    expect(said.output).toContain('data: !!binary /wD+\n')
  })

  it('is a webhook, whatever it says, when it is not UTF-8', async () => {
    const file = Buffer.from(EVENT.replace('yes', '\xff'), 'latin1')
    expect(await explainOne(MEMORY, file)).toMatchObject({
      code: 1,
      refused: expect.stringMatching(/^The verified body is not UTF-8\. Report it/)
    })
  })

  it('gives an event for each source that the endpoints have', async () => {
    const { documents } = await explain(`  - { path: /b, source: urn:b, verify: { static: { secrets: ["${SECRET}"] } } }
  - { path: /c, verify: { static: { secrets: ["${SECRET}"] } } }
destinations: { a: { adapter: memory } }
routes: [{ filter: { exact: { source: urn:b } }, to: [a] }]
`)
    expect(documents).toMatchObject([
      {
        endpoints: ['/a', '/c'],
        event: { source: SOURCE },
        routes: [{ matches: false, why: `source "${SOURCE}" is not "urn:b"` }],
        destinations: {},
        answer: '204: no route wants the event. It is acknowledged and dropped.'
      },
      { endpoints: ['/b'], event: { source: 'urn:b' }, routes: [{ matches: true }], answer: '204, once a has it.' }
    ])
  })

  it.each([
    [
      'a webhook larger than the bridge takes',
      'limits: { body: 100B }',
      BODY,
      /^event.json: has \d+ bytes.* 100B: .* 413\. Raise limits.body, or name a smaller file$/
    ],
    ['no event, though it says so', '', '{"specversion":"1.0","id":"1"}', /^event.json: The event has no source/]
  ])('is refused when it is %s', async (_, limits, body, fault) => {
    const faults = await faultsOf(explain(`${MEMORY}\n${limits}`, body))
    expect(faults).toEqual([expect.stringMatching(fault)])
  })

  it('is refused when it is not there', async () => {
    const directory = await folder({ 'bridge.yaml': `${HEAD}${MEMORY}` })
    const checked = runCheck({ config: 'bridge.yaml', event: 'event.json' }, directory)
    expect(await faultsOf(checked)).toEqual([
      '--event: event.json cannot be read (ENOENT); name a file that can, or - for standard input'
    ])
  })

  it('says which extensions CloudEvents forbids', async () => {
    const said = await explainOne(
      `events: { extensions: { tenant: tenant } }\n${MEMORY}`,
      '{"type":"t","data":{"tenant":"a\\nb"}}'
    )
    expect(said.forbiddenExtensions).toEqual(['tenant'])
  })
})
