import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { openClient } from '../../../adapters/eventbridge/client.ts'
import { UnavailableError } from '../../../src/adapter.ts'
import { within } from '../../../src/testing/expect.ts'
import { openFront } from '../../brokers/eventbridge/front.ts'
import { openPort } from './broken-ports.ts'
import { type FakeAws, openFakeAws, type Signature, stubEnvironment } from './fake-aws.ts'

type Options = Partial<Parameters<typeof openClient>[0]>

const ENTRY = { EventBusName: 'jobs', Source: 'here', DetailType: 'type', Detail: '{}' }
const NEVER = new AbortController().signal

/** Opens a client, puts one entry, and gives what it was signed with. */
async function signed(aws: FakeAws, options: Options = {}): Promise<Signature | undefined> {
  const client = await openClient({ bus: 'jobs', endpoint: aws.endpoint, ...options })
  try {
    expect(await client.put([ENTRY], NEVER, false)).toEqual([{ EventId: 'event-0' }])
    return aws.signatures.at(-1)
  } finally {
    client.close()
  }
}

async function refusalOf(options: Options = {}): Promise<string> {
  const error: unknown = await openClient({ bus: 'jobs', endpoint: 'http://127.0.0.1:1', ...options }).catch(
    error => error
  )
  expect(error).toBeInstanceOf(UnavailableError)
  return error instanceof Error ? error.message : ''
}

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAENVIRONMENT', AWS_SECRET_ACCESS_KEY: 'secret' }
const REGION = { AWS_REGION: 'eu-west-1' }
const HOUR_MS = 3_600_000
const temporary = (AccessKeyId: string, lifeMs = HOUR_MS) => ({
  AccessKeyId,
  SecretAccessKey: 'secret',
  Token: `token-of-${AccessKeyId}`,
  Expiration: new Date(Date.now() + lifeMs).toISOString()
})

describe('the region is', () => {
  const profile = '[default]\nregion = eu-north-1\n'
  const bus = 'arn:aws:events:us-gov-west-1:123456789012:event-bus/jobs'

  test.each<[string, Options, Record<string, string>, string]>([
    ['that of the options', { region: 'eu-south-1', bus }, REGION, 'eu-south-1'],
    ["else that of the bus's ARN", { bus }, REGION, 'us-gov-west-1'],
    ['else AWS_REGION', {}, REGION, 'eu-west-1'],
    ["else that of AWS's profile", {}, {}, 'eu-north-1']
  ])('%s', async (_what, options, env, region) => {
    const home = stubEnvironment({ ...KEYS, ...env })
    mkdirSync(join(home, '.aws'))
    writeFileSync(join(home, '.aws/config'), profile)
    expect(await signed(await openFakeAws(), options)).toEqual({ keyId: 'AKIAENVIRONMENT', region })
  })

  test('needed', async () => {
    stubEnvironment(KEYS)
    expect(await refusalOf()).toBe('AWS gave the bridge no region for EventBridge. Set region or AWS_REGION.')
  })
})

describe('credentials', () => {
  const missing =
    /^AWS gave the bridge no credentials for EventBridge \(.+\)\. Run the bridge under a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY\.$/

  test('are needed', async () => {
    stubEnvironment(REGION)
    expect(await refusalOf()).toMatch(missing)
  })

  test('of the environment, with a token', async () => {
    stubEnvironment({ ...KEYS, ...REGION, AWS_SESSION_TOKEN: 'a-token' })
    expect(await signed(await openFakeAws())).toEqual({
      keyId: 'AKIAENVIRONMENT',
      region: 'eu-west-1',
      token: 'a-token'
    })
  })

  test('of a profile', async () => {
    const home = stubEnvironment({ ...REGION, AWS_PROFILE: 'acme' })
    mkdirSync(join(home, '.aws'))
    const file = '[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = secret\n'
    writeFileSync(
      join(home, '.aws/credentials'),
      `${file}[acme]\naws_access_key_id = AKIAACME\naws_secret_access_key = secret\n`
    )
    expect(await signed(await openFakeAws())).toMatchObject({ keyId: 'AKIAACME' })
  })

  test('of a profile that is not there', async () => {
    stubEnvironment({ ...REGION, AWS_PROFILE: 'acme' })
    expect(await refusalOf()).toMatch(missing)
  })

  test('of a container, once there are any', async () => {
    const aws = await openFakeAws()
    stubEnvironment({ ...REGION, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.endpoint}/credentials` })
    expect(await refusalOf()).toMatch(missing)
    aws.credentials = temporary('ASIACONTAINER')
    expect(await signed(aws)).toEqual({ keyId: 'ASIACONTAINER', region: 'eu-west-1', token: 'token-of-ASIACONTAINER' })
  })

  test('of a container, and others once these have expired', async () => {
    const aws = await openFakeAws()
    stubEnvironment({ ...REGION, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.endpoint}/credentials` })
    // The client begins to look for others five minutes before the end.
    aws.credentials = temporary('ASIAFIRST', 1000)
    const client = await openClient({ bus: 'jobs', endpoint: aws.endpoint })
    onTestFinished(() => client.close())
    aws.credentials = temporary('ASIASECOND')
    await vi.waitFor(async () => {
      await client.put([ENTRY], NEVER, false)
      expect(aws.signatures.at(-1)).toMatchObject({ keyId: 'ASIASECOND' })
    })
  })

  test('of a container that falls silent, once it answers again', async () => {
    const aws = await openFakeAws()
    stubEnvironment({ ...REGION, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.endpoint}/credentials` })
    aws.credentials = temporary('ASIAFIRST', 0)
    const client = await openClient({ bus: 'jobs', endpoint: aws.endpoint })
    onTestFinished(() => client.close())
    aws.credentials = 'no answer'
    const asked = aws.asked
    const abort = new AbortController()
    const waiting = [1, 2].map(() => client.put([ENTRY], abort.signal, false).catch((error: unknown) => error))
    await vi.waitFor(() => expect(aws.asked).toBeGreaterThan(asked), { timeout: 5000 })
    const reason = new Error('Nobody waits.')
    abort.abort(reason)
    expect(await within(1000, Promise.all(waiting), 'the end')).toEqual([reason, reason])
    aws.credentials = temporary('ASIASECOND')
    await within(2000, client.put([ENTRY], NEVER, false), 'an answer')
    expect(aws.signatures).toMatchObject([{ keyId: 'ASIASECOND' }])
  })

  test('of a role, for a token of Kubernetes, which is read anew', async () => {
    const aws = await openFakeAws()
    const role = { AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/bridge', AWS_ENDPOINT_URL_STS: aws.endpoint }
    const file = join(stubEnvironment({ ...REGION, ...role }), 'token')
    vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', file)
    expect(await refusalOf()).toMatch(missing)
    aws.credentials = temporary('ASIAROLE')
    for (const token of ['first', 'second']) {
      writeFileSync(file, token)
      expect(await signed(aws)).toMatchObject({ keyId: 'ASIAROLE', token: 'token-of-ASIAROLE' })
    }
    expect(aws.exchanged).toEqual(['first', 'second'])
  })

  test.each([
    ['a machine', { AWS_EC2_METADATA_DISABLED: 'false' }, 'AWS_EC2_METADATA_SERVICE_ENDPOINT'],
    ['a container', {}, 'AWS_CONTAINER_CREDENTIALS_FULL_URI']
  ])('of %s are not waited for without end', async (_what, env, variable) => {
    const port = await openPort(() => {}, onTestFinished)
    stubEnvironment({ ...REGION, ...env, [variable]: `http://127.0.0.1:${port}` })
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    onTestFinished(() => warn.mockRestore())
    expect(await within(7000, refusalOf(), 'a refusal')).toMatch(missing)
  })
})

test('the endpoint may come from the environment', async () => {
  const aws = await openFakeAws()
  stubEnvironment({ ...KEYS, ...REGION, AWS_ENDPOINT_URL_EVENTBRIDGE: aws.endpoint })
  const client = await openClient({ bus: 'jobs' })
  onTestFinished(() => client.close())
  await client.put([ENTRY], NEVER, false)
  expect(aws.signatures).toEqual([{ keyId: 'AKIAENVIRONMENT', region: 'eu-west-1' }])
})

test('no mode of the environment makes the client wait by itself after throttling', async () => {
  const front = await openFront('http://127.0.0.1:1')
  onTestFinished(() => front.close())
  stubEnvironment({ ...KEYS, ...REGION, AWS_RETRY_MODE: 'adaptive', AWS_MAX_ATTEMPTS: '9' })
  const client = await openClient({ bus: 'jobs', endpoint: front.endpoint })
  onTestFinished(() => client.close())
  front.answer({ status: 400, type: 'ThrottlingException' })
  for (let count = 1; count <= 10; count++) {
    const refused = client.put([ENTRY], NEVER, true).catch((error: unknown) => error)
    expect(await within(1000, refused, 'an answer')).toMatchObject({ name: 'ThrottlingException' })
    expect(front.requests).toHaveLength(count)
  }
})
