import { writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { folder } from '../../config/folder.ts'
import { startAttempts } from './attempts.ts'
import { startMetadata } from './metadata-server.ts'
import { CERTIFICATE, openTlsFront } from './tls-front.ts'

const topic = 'projects/acme/topics/jobs'
/** What the front answers to whoever has come so far. */
const REFUSED = /^UnavailableError: Pub\/Sub does not let the bridge publish .*PERMISSION_DENIED/
const TOKEN = 'ya29.hunter2-hunter2'

/** Answers every request for a token, and says where it comes from, as a metadata server does. */
const say =
  (status: number, body: string): RequestListener =>
  ({ url = '' }, response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'metadata-flavor': 'Google' })
    response.end(url.endsWith('/instance') ? 'service-accounts/' : body)
  }
const token = JSON.stringify({
  access_token: TOKEN,
  issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  // So soon over that there is a new one for each request.
  expires_in: 1,
  token_type: 'Bearer'
})
const given = say(200, token)

/** Who gives tokens, as the environment. */
const givers = {
  'the metadata server': async (host: string) => ({ GCE_METADATA_HOST: host }),
  'the token service for another identity': async (host: string) => {
    const path = await folder({ subject: 'a-subject-token' })
    const account = {
      type: 'external_account',
      audience: '//iam.googleapis.com/locations/global/workforcePools/acme/providers/acme',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `http://${host}/token`,
      credential_source: { file: join(path, 'subject') }
    }
    await writeFile(join(path, 'account.json'), JSON.stringify(account))
    return { GCE_METADATA_HOST: '127.0.0.1:1', GOOGLE_APPLICATION_CREDENTIALS: join(path, 'account.json') }
  }
}

/** A process that asks this server for tokens; and a service that refuses whoever has one. */
async function start(environmentOf: (host: string) => Promise<NodeJS.ProcessEnv>) {
  const { front, endpoint } = await openTlsFront()
  const tokens = await startMetadata(given)
  const attempt = startAttempts({ ...(await environmentOf(tokens.host)), NODE_EXTRA_CA_CERTS: CERTIFICATE })
  return { front, tokens, attempt, options: { topic, endpoint } }
}

test('a token service that falls silent is asked anew, once somebody publishes again', async () => {
  const { front, tokens, attempt, options } = await start(givers['the token service for another identity'])
  expect((await attempt(options)).refusal).toMatch(REFUSED)
  tokens.answer(() => {})
  expect((await attempt()).refusal).toMatch(/^UnavailableError/)
  expect(front.requests).toHaveLength(1)
  tokens.answer(given)
  // While the one before is still in hand, the next is refused.
  await vi.waitFor(async () => expect((await attempt()).refusal).toMatch(REFUSED), { timeout: 5000 })
})

describe.each(Object.entries(givers))('%s', (_who, environmentOf) => {
  test('that refuses the bridge is told from Pub/Sub at once, and not quoted', async () => {
    const { front, tokens, attempt, options } = await start(environmentOf)
    expect((await attempt(options)).refusal).toMatch(REFUSED)
    const { requests } = tokens
    tokens.answer(say(400, JSON.stringify({ error: 'invalid_grant', error_description: TOKEN })))
    const { refusal, everything } = await attempt()
    expect(refusal).toMatch(/^UnavailableError: Pub\/Sub refused the credentials .*application default credentials\.$/)
    expect(everything).not.toContain(TOKEN)
    // What may pass would be tried again until the deadline.
    expect(tokens.requests).toBe(requests + 1)
    expect(front.requests).toHaveLength(1)
    tokens.answer(given)
    expect((await attempt()).refusal).toMatch(REFUSED)
  })

  test('whose answer is cut off: the token in it is shown nowhere', async () => {
    const { tokens, attempt, options } = await start(environmentOf)
    const cut = say(200, token.slice(0, -3))
    tokens.answer(cut)
    const connecting = await attempt(options)
    expect(connecting.refusal).toMatch(/^UnavailableError/)
    expect(connecting.everything).not.toContain(TOKEN)
    tokens.answer(given)
    expect((await attempt(options)).refusal).toMatch(REFUSED)
    tokens.answer(cut)
    const publishing = await attempt()
    expect(publishing.refusal).toMatch(/^UnavailableError/)
    expect(publishing.everything).not.toContain(TOKEN)
  })
})
