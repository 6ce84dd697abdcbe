import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type EventType, eventTypes } from '../../src/event-types.ts'
import { sample } from '../../src/standin/samples.ts'
import { root } from '../spawn.ts'
import { openExample, wayOf } from './example.ts'

const FOLDER = `${root}deploy/examples`
const GEMINI = '/webhooks/gemini'
const JOBS = '/webhooks/gemini/jobs'

/** Where each type goes whose way is not that of all others. */
type Ways = Partial<Record<EventType, readonly string[]>>
interface Expected {
  readonly endpoint: string
  readonly metadata?: Record<string, unknown>
  /** Where all other types go, unknown ones too. */
  readonly others: readonly string[]
  readonly ways?: Ways
}

const failures = ['analytics', 'pager (bestEffort)']
const EXPECTED: Readonly<Record<string, readonly Expected[]>> = {
  'one-project-to-pubsub.yaml': [{ endpoint: GEMINI, others: ['events'] }],
  'kafka-sasl.yaml': [{ endpoint: GEMINI, others: ['events'] }],
  'eventbridge-dead-letter.yaml': [{ endpoint: GEMINI, others: ['erp'] }],
  'several-projects.yaml': [
    { endpoint: `${GEMINI}/shop`, others: ['archive', 'shop'] },
    { endpoint: `${GEMINI}/lab`, others: ['archive', 'lab'] },
    // A claim changes nothing.
    { endpoint: `${GEMINI}/lab`, metadata: { source: 'acme-shop', project: 'acme-shop' }, others: ['archive', 'lab'] }
  ],
  'agents-by-metadata.yaml': [
    { endpoint: JOBS, others: ['history'], ways: { 'interaction.requires_action': ['approvals', 'history'] } },
    ...['research', 'support'].map(agent => ({
      endpoint: JOBS,
      metadata: { agent },
      others: ['history', agent],
      ways: { 'interaction.requires_action': ['approvals', 'history', agent] }
    })),
    {
      endpoint: JOBS,
      metadata: { agent: ['research', 'support'] },
      others: ['history'],
      ways: { 'interaction.requires_action': ['approvals', 'history'] }
    }
  ],
  'multitenant.yaml': [
    { endpoint: JOBS, others: ['unassigned'] },
    { endpoint: JOBS, metadata: { tenant: 'globex' }, others: ['globex'] },
    { endpoint: JOBS, metadata: { tenant: 'initech' }, others: ['initech'] },
    { endpoint: JOBS, metadata: { tenant: 'hooli' }, others: ['unassigned'] }
  ],
  'fan-out-with-fallback.yaml': [
    {
      endpoint: GEMINI,
      others: ['analytics'],
      ways: {
        'batch.failed': failures,
        'batch.expired': failures,
        'interaction.failed': failures,
        'video.generated': ['analytics', 'media']
      }
    }
  ]
}

const files = (await readdir(FOLDER)).filter(name => name !== 'README.md')

test('each file is tested, and each is in the table, with the situation that its head begins with', async () => {
  expect(Object.keys(EXPECTED).sort()).toEqual(files.toSorted())
  const rows = Array.from(
    (await readFile(join(FOLDER, 'README.md'), 'utf8')).matchAll(/^\| (.+\.) \| \[(.+)\]\(\2\) \|$/gm),
    ([, situation, file]) => [file, situation]
  )
  const heads = files.map(async file => [file, /\n\n?(\w.+)\n\n/.exec((await openExample(file)).head)?.[1]])
  expect(rows.sort()).toEqual((await Promise.all(heads)).sort())
})

describe.for(files)('%s', file => {
  test('works with what its head asks for, and without any of it does not', async () => {
    const { head, references, check } = await openExample(file)
    expect((await check()).code).toBe(0)
    expect(references.length).toBeGreaterThan(0)
    for (const reference of references) {
      expect(head).toMatch(new RegExp(`^  ${reference} `, 'm'))
      await expect((await openExample(file, reference)).check()).rejects.toThrow(reference)
    }
  })

  test('is taken by editors, which see a fault in it', async () => {
    const { text } = await openExample(file)
    const [, path = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? []
    const validate = new Ajv2020({ strict: false }).compile(JSON.parse(await readFile(join(FOLDER, path), 'utf8')))
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true)
    expect(validate(parse(text.replace('adapter: ', 'adaptor: ')))).toBe(false)
    expect(validate(parse(text.replace(/\btopic: |\bbus: /, 'target: ')))).toBe(false)
  })

  test('leaves nothing to warn of, or says why', async () => {
    const { text, check } = await openExample(file)
    const [, notes = ''] = (await check()).output.split('\n# Notes\n')
    const embarrassing = notes
      .split('\n')
      .filter(
        note =>
          !/^$| accepts (static|dynamic) |log is written as|^# - Each replica remembers|, its events go to /.test(note)
      )
    const admitted = text.includes('`check` says that no route takes all events.')
    expect(embarrassing).toEqual(admitted ? [expect.stringContaining('No route takes all events')] : [])
  })

  test('what is no event goes to its dead letter', async () => {
    for (const { refused, deadLetter, answer } of (await (await openExample(file)).routed([])).values()) {
      expect(refused).toMatch(/not an object/)
      expect(deadLetter).toMatchObject({ destination: 'dead-letters', record: expect.anything() })
      expect(answer).toBe('204, once dead-letters has the dead letter.')
    }
  })

  test.for(EXPECTED[file] ?? [])(
    'at $endpoint with $metadata, each event goes where it should and nowhere else',
    async expected => {
      const { endpoint, metadata, others, ways = {} } = expected
      for (const type of [...eventTypes, 'something.new'] as const) {
        for (const placement of ['envelope', 'data'] as const) {
          const webhook = sample(type, { placement, ...(metadata && { metadata }) })
          expect(await wayOf(file, endpoint, webhook), type).toEqual(
            (ways as Record<string, readonly string[]>)[type] ?? others
          )
        }
      }
    }
  )
})

test('eventbridge-dead-letter.yaml: what EventBridge can never take is dead-lettered', async () => {
  const webhook = { ...sample('batch.succeeded'), type: 'x'.repeat(129) }
  const routed = (await (await openExample('eventbridge-dead-letter.yaml')).routed(webhook)).get(GEMINI)
  expect(routed?.destinations['erp']).toMatchObject({
    refused: expect.any(String),
    deadLetter: { destination: 'dead-letters' }
  })
  expect(routed?.answer).toBe('204, once dead-letters has the dead letter of erp.')
})

test('fan-out-with-fallback.yaml: what stands in for Kafka can be redriven', async () => {
  const routed = (await (await openExample('fan-out-with-fallback.yaml')).routed(sample('batch.succeeded'))).get(GEMINI)
  expect(routed?.destinations['analytics']).toMatchObject({ fallback: { to: 'standby', after: '2m' } })
})
