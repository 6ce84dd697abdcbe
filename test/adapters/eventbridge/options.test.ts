import { describe, expect, test } from 'vitest'
import { options } from '../../../adapters/eventbridge/options.ts'
import { alternatives, shapeOf } from '../../../src/config/shape.ts'
import { configure, optionsOf, said } from '../configured.ts'

const { byFile, byEnvironment } = configure('eventbridge', {})

const DEFAULTS = { bus: 'default', source: 'com.google.gemini', detail: 'event', sizeLimit: '1MiB' }

test('nothing is needed, in a file and by environment', async () => {
  expect(await optionsOf(byFile(''))).toEqual(DEFAULTS)
  expect(await optionsOf(byEnvironment({}))).toEqual(DEFAULTS)
})

test("variables of AWS's own are none of the bridge's", async () => {
  const aws = { AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL_EVENTBRIDGE: 'http://127.0.0.1:1', AWS_PROFILE: 'prod' }
  expect(await optionsOf(byFile('', aws))).toEqual(DEFAULTS)
  expect(await optionsOf(byEnvironment(aws))).toEqual(DEFAULTS)
})

test('every option has a description and an example, and none is a secret', () => {
  for (const [name, inner] of Object.entries(shapeOf(options).properties ?? {})) {
    const parts = typeof inner === 'object' ? alternatives(inner, inner) : []
    expect(parts.some(part => part.description) && parts.some(part => part.examples), name).toBe(true)
    expect(
      parts.some(part => part['secret']),
      name
    ).toBe(false)
  }
})

/** Where a value is taken, it is taken as it is. */
function taken(key: string, variable: string, values: readonly string[]): void {
  test.each(values)('%j', async value => {
    expect(await optionsOf(byFile(`${key}: ${JSON.stringify(value)}`))).toEqual({ ...DEFAULTS, [key]: value })
    expect(await optionsOf(byEnvironment({ [variable]: value }))).toEqual({ ...DEFAULTS, [key]: value })
  })
}

/** @param values as they stand in the file */
function refused(key: string, variable: string, values: readonly unknown[], fault: string, example: string): void {
  test.each(values)('%j is refused', async value => {
    expect(await said(byFile(`${key}: ${JSON.stringify(value)}`))).toEqual([`${key}: ${fault} | ${key}: ${example}`])
    // An empty variable is as good as none.
    if (typeof value !== 'string' || value === '') return
    expect(await said(byEnvironment({ [variable]: value }))).toEqual([`${variable}: ${fault} | ${variable}=${example}`])
  })
}

const arn = (bus: string, partition = 'aws', region = 'eu-central-1') =>
  `arn:${partition}:events:${region}:123456789012:event-bus/${bus}`

describe('bus', () => {
  const longest = 'b'.repeat(256)
  taken('bus', 'EVENTBRIDGE_BUS', [
    ...['jobs', 'a', 'A-b_c.9', 'aws.partner/example.com/acme/1', longest],
    ...[arn('jobs'), arn('default', 'aws-cn', 'cn-north-1'), arn('jobs', 'aws-us-gov', 'us-gov-west-1')],
    ...[arn('aws.partner/example.com/acme/1'), arn(longest), arn('jobs', 'aws-iso-b', 'us-isob-east-1')]
  ])
  refused(
    'bus',
    'EVENTBRIDGE_BUS',
    [
      ...['', 7, 'a b', 'büs', 'a:b', 'a\n', `${longest}b`, arn(''), arn('a b'), arn(`${longest}b`)],
      ...[arn('jobs', 'azure'), arn('jobs', 'aws', ''), `${arn('jobs')}:x`, arn('jobs').replace('events', 'sqs')],
      ...[arn('jobs').replace('event-bus', 'rule'), arn('jobs').replace('123456789012', '1234'), ` ${arn('jobs')}`]
    ],
    "must be an event bus's name, 1 to 256 letters, digits and /.-_, or its ARN",
    'default'
  )
})

describe('region', () => {
  taken('region', 'EVENTBRIDGE_REGION', ['eu-central-1', 'cn-north-1', 'us-gov-west-1', 'us-iso-east-1'])
  refused(
    'region',
    'EVENTBRIDGE_REGION',
    ['', 7, 'EU-CENTRAL-1', 'Frankfurt', 'eu_central_1', 'eu-central-1.amazonaws.com', 'a/b', 'x'.repeat(65)],
    'must be a region, such as eu-central-1',
    'eu-central-1'
  )
})

describe('source', () => {
  taken('source', 'EVENTBRIDGE_SOURCE', [
    ...['acme', 'aws', 'awsome', 'AWS.x', 'com.aws.x', '//generativelanguage.googleapis.com', 'größe 😀', ' a b '],
    ...['x'.repeat(256), '😀'.repeat(256)]
  ])
  refused(
    'source',
    'EVENTBRIDGE_SOURCE',
    [
      ...['', 7, 'aws.', 'aws.events', 'x'.repeat(257), '😀'.repeat(257)],
      ...[' ', '\u00a0\u2003', 'a\nb', 'a\n', '\ta', 'a\u007f', 'a\u0085']
    ],
    'must be 1 to 256 characters, not all of them white space, that do not begin with aws.',
    'com.google.gemini'
  )
})

describe('detail', () => {
  taken('detail', 'EVENTBRIDGE_DETAIL', ['event', 'data'])
  refused('detail', 'EVENTBRIDGE_DETAIL', ['', 'Event', 'envelope', true], 'must be event or data', 'event')
})

describe('sizeLimit', () => {
  taken('sizeLimit', 'EVENTBRIDGE_SIZE_LIMIT', ['1MiB', '256KiB'])
  const refusals = ['', 262_144, '1MB', '1mib', '512KiB']
  refused('sizeLimit', 'EVENTBRIDGE_SIZE_LIMIT', refusals, 'must be 1MiB or 256KiB', '1MiB')
})

describe('endpoint', () => {
  taken('endpoint', 'EVENTBRIDGE_ENDPOINT', [
    ...['http://127.0.0.1:4566', 'https://vpce-0a1b2c3d.events.eu-central-1.vpce.amazonaws.com'],
    ...['http://[::1]:4566/path', 'HTTPS://localhost']
  ])
  refused(
    'endpoint',
    'EVENTBRIDGE_ENDPOINT',
    [
      ...['', 7, 'localhost:4566', '127.0.0.1', 'ftp://localhost', '//localhost', 'http://'],
      ...['http://user:password@localhost', 'http://user@localhost', 'http://localhost?a=b', 'http://localhost/#a']
    ],
    'must be an http or https URL without user, query and fragment',
    'https://vpce-0a1b2c3d.events.eu-central-1.vpce.amazonaws.com'
  )
})

test('an unknown key is refused', async () => {
  expect(await said(byFile('eventBus: jobs'))).toEqual([expect.stringContaining('unknown key "eventBus"')])
  expect(await said(byFile('size: 1MiB'))).toEqual([expect.stringContaining('unknown key "size"')])
})
