import { generateKeyPairSync } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { openFront } from '../../brokers/pubsub/front.ts'
import { folder } from '../../config/folder.ts'
import { startAttempts } from './attempts.ts'
import { startMetadata } from './metadata-server.ts'
import { CERTIFICATE, openTlsFront } from './tls-front.ts'

const topic = 'projects/acme/topics/jobs'
/** Where nobody listens. */
const NOWHERE = '127.0.0.1:1'
const env = { GCE_METADATA_HOST: NOWHERE, NODE_EXTRA_CA_CERTS: CERTIFICATE }
const NONE =
  /^UnavailableError: Google gave the bridge no credential for Pub\/Sub(?: \(.+\))?\. Set GOOGLE_APPLICATION_CREDENTIALS, or run the bridge under a service account\.$/
/** What the front answers to whoever has come so far. */
const REFUSED = /^UnavailableError: Pub\/Sub does not let the bridge publish .*PERMISSION_DENIED/

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const account = {
  type: 'service_account',
  project_id: 'acme-file',
  private_key_id: 'key-1',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  client_email: 'bridge@acme.example',
  client_id: '1',
  token_uri: `http://${NOWHERE}/token`
}

/** A folder with the key of a service account, whose path is given. */
async function keyFile(changes: object = {}): Promise<string> {
  return join(await folder({ 'key.json': JSON.stringify({ ...account, ...changes }) }), 'key.json')
}

test("a service account's key is enough to connect, and signs a token for each request", async () => {
  const { front, endpoint } = await openTlsFront()
  const attempt = startAttempts({ ...env, GOOGLE_APPLICATION_CREDENTIALS: await keyFile() })
  const { refusal, ...outcome } = await attempt({ topic, endpoint })
  expect(outcome).toMatchObject({ connected: true, sockets: 0, warnings: [] })
  expect(refusal).toMatch(REFUSED)
  const [request] = front.requests
  const [, token = ''] = /^Bearer (.+)$/.exec(request?.headers.authorization ?? '') ?? []
  const { payload, protectedHeader } = await jwtVerify(token, publicKey)
  expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: 'key-1' })
  expect(payload).toMatchObject({ iss: account.client_email, sub: account.client_email })
  expect(payload['scope']).toContain('https://www.googleapis.com/auth/pubsub')
})

test('the token goes to nobody without a certificate for the endpoint', async () => {
  const { front, endpoint } = await openTlsFront()
  const credentials = { GOOGLE_APPLICATION_CREDENTIALS: await keyFile() }
  const distrustful = startAttempts({ ...env, ...credentials, NODE_EXTRA_CA_CERTS: '' })
  expect((await distrustful({ topic, endpoint })).refusal).toMatch(/cannot be reached .*certificate/)
  const attempt = startAttempts({ ...env, ...credentials })
  expect((await attempt({ topic, endpoint: front.at })).refusal).toMatch(/cannot be reached/)
  expect(front.requests).toEqual([])
})

test('an endpoint without a port is at that of HTTPS', async () => {
  const attempt = startAttempts({ ...env, GOOGLE_APPLICATION_CREDENTIALS: await keyFile() })
  expect((await attempt({ topic, endpoint: 'pubsub.invalid' })).refusal).toContain('pubsub.invalid:443')
})

describe('no credentials:', () => {
  test('no file, and no metadata server', async () => {
    const attempt = startAttempts(env)
    expect(await attempt({ topic })).toMatchObject({ connected: false, refusal: expect.stringMatching(NONE) })
  })

  test('a metadata server that never answers, on Cloud Run too, where the client would wait without end', async () => {
    const { host } = await startMetadata(() => {})
    const attempts = [{}, { K_SERVICE: 'bridge' }].map(more =>
      startAttempts({ ...env, GCE_METADATA_HOST: host, ...more })
    )
    for (const { refusal, ms } of await Promise.all(attempts.map(attempt => attempt({ topic })))) {
      expect(refusal).toMatch(NONE)
      expect(ms).toBeLessThan(6000)
    }
  })

  test.each([
    ['that is not there', undefined, 'the credential file cannot be read, ENOENT'],
    ['that is no JSON', account.private_key, 'the credential file is not JSON'],
    ['without a key', JSON.stringify({ ...account, private_key: undefined }), ''],
    ['with a key that is none', JSON.stringify({ ...account, private_key: 'hunter22' }), '']
  ])('a file %s, until it is mended', async (_what, content, says) => {
    const { endpoint } = await openTlsFront()
    const path = await keyFile()
    if (content === undefined) await rm(path)
    else await writeFile(path, content)
    const attempt = startAttempts({ ...env, GOOGLE_APPLICATION_CREDENTIALS: path })
    const { connected, refusal } = await attempt({ topic, endpoint })
    expect(connected).toBe(false)
    expect(refusal).toMatch(NONE)
    expect(refusal).toContain(says)
    expect(refusal).not.toMatch(/hunter|BEGIN/)
    await writeFile(path, JSON.stringify(account))
    expect(await attempt({ topic, endpoint })).toMatchObject({
      connected: true,
      refusal: expect.stringMatching(REFUSED)
    })
  })

  test('the key itself in the place of its path, which is not repeated', async () => {
    const attempt = startAttempts({ ...env, GOOGLE_APPLICATION_CREDENTIALS: JSON.stringify(account) })
    const { refusal } = await attempt({ topic })
    expect(refusal).toMatch(NONE)
    expect(refusal).not.toMatch(/BEGIN|client_email/)
  })
})

test('a metadata server that comes later is found by the next connect', async () => {
  const { front, endpoint } = await openTlsFront()
  const metadata = await startMetadata()
  await metadata.stop()
  const attempt = startAttempts({ ...env, GCE_METADATA_HOST: metadata.host })
  expect(await attempt({ topic, endpoint })).toMatchObject({ connected: false, refusal: expect.stringMatching(NONE) })
  await metadata.listen()
  const { sockets, ...outcome } = await attempt({ topic, endpoint })
  expect(sockets).toBeGreaterThan(0)
  expect(outcome).toMatchObject({ connected: true, refusal: expect.stringMatching(REFUSED) })
  expect(front.requests).toMatchObject([{ headers: { authorization: 'Bearer a-token-of-the-metadata-server' } }])
})

describe("a topic's id alone is of the project of", () => {
  const withMetadata = async () => ({ GCE_METADATA_HOST: (await startMetadata()).host })
  const withKey = async () => ({ GOOGLE_APPLICATION_CREDENTIALS: await keyFile() })
  const GOOGLE_CLOUD_PROJECT = 'acme-env'

  test.each<[string, () => Promise<NodeJS.ProcessEnv>, object, string]>([
    ['projectId', async () => ({ ...(await withKey()), GOOGLE_CLOUD_PROJECT }), { projectId: 'acme' }, 'acme'],
    ['GOOGLE_CLOUD_PROJECT', async () => ({ ...(await withKey()), GOOGLE_CLOUD_PROJECT }), {}, 'acme-env'],
    ["the service account's key", withKey, {}, 'acme-file'],
    ['the metadata server', withMetadata, {}, 'acme-metadata']
  ])('%s', async (_where, surroundings, options, project) => {
    const { front, endpoint } = await openTlsFront()
    const attempt = startAttempts({ ...env, ...(await surroundings()) })
    const { refusal } = await attempt({ topic: 'jobs', endpoint, ...options })
    expect(refusal).toContain(`"projects/${project}/topics/jobs"`)
    const routing = `topic=${encodeURIComponent(`projects/${project}/topics/jobs`)}`
    expect(front.requests).toMatchObject([{ headers: { 'x-goog-request-params': routing } }])
  })

  test('nothing that is known, which is said', async () => {
    const path = await keyFile({ project_id: undefined })
    const { connected, refusal } = await startAttempts({ ...env, GOOGLE_APPLICATION_CREDENTIALS: path })({
      topic: 'jobs'
    })
    expect(connected).toBe(false)
    expect(refusal).toMatch(
      /^UnavailableError: Nothing says which project .+ Write topic as projects\/<project>\/topics\/<id>, or set projectId or GOOGLE_CLOUD_PROJECT\.$/s
    )
  })
})

test.each([
  ['a whole topic', { topic }, {}],
  ['credentials that are not there', { topic }, { GOOGLE_APPLICATION_CREDENTIALS: 'absent.json' }],
  ["a topic's id and projectId", { topic: 'jobs', projectId: 'acme' }, {}],
  ["a topic's id and GOOGLE_CLOUD_PROJECT", { topic: 'jobs' }, { GOOGLE_CLOUD_PROJECT: 'acme' }]
])('for an emulator nothing is looked up, and no endpoint is asked: with %s', async (_what, options, more) => {
  const front = await openFront(NOWHERE)
  try {
    front.answer({ code: 7 })
    const metadata = await startMetadata()
    const attempt = startAttempts({ GCE_METADATA_HOST: metadata.host, PUBSUB_EMULATOR_HOST: front.at, ...more })
    const outcome = await attempt({ ...options, endpoint: 'pubsub.invalid' })
    expect(outcome).toMatchObject({
      connected: true,
      sockets: 0,
      warnings: [],
      refusal: expect.stringMatching(REFUSED)
    })
    expect(outcome.refusal).toContain(`"${topic}"`)
    expect(front.requests).toHaveLength(1)
    expect(front.requests[0]?.headers.authorization).toBeUndefined()
    expect(metadata.requests).toBe(0)
  } finally {
    await front.close()
  }
})
