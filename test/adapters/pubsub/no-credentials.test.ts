import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { deliver } from '../../../src/standin/deliver.ts'
import { sample } from '../../../src/standin/samples.ts'
import { staticSigner } from '../../../src/standin/sign.ts'
import { temporaryFolder } from '../../brokers/watchdog.ts'
import { startBridgeProgram } from '../../spawn.ts'
import { serveKeys } from '../../verify/key-set-server.ts'
import { byEnvironment } from '../serve-configuration.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const KEY = 'MIIEvQIBADANBg'
const NOBODY = '127.0.0.1:1'

/** Each reason why there is no credential, as the environment. */
const reasons = {
  'where there is no metadata server': async () => ({ GCE_METADATA_HOST: NOBODY }),
  'where something else answers in its stead': async () => {
    const server = await serveKeys((_request, response) => response.writeHead(403).end())
    onTestFinished(() => server.stop())
    return { GCE_METADATA_HOST: new URL(server.url).host }
  },
  'where they are no JSON': async (directory: string) => {
    const file = join(directory, 'credentials.json')
    writeFileSync(file, `{"private_key":${KEY}}`)
    return { GCE_METADATA_HOST: NOBODY, GOOGLE_APPLICATION_CREDENTIALS: file }
  }
}

test.for(Object.entries(reasons))('starts without credentials, is unavailable and says so, %s', async ([, reason]) => {
  const folder = temporaryFolder('no-credentials-')
  onTestFinished(() => folder.remove())
  const program = startBridgeProgram(['serve'], {
    env: {
      HOME: folder.path,
      GEMINI_WEBHOOK_SECRET: SECRET,
      ...byEnvironment('pubsub', { topic: 'projects/test/topics/events' }),
      ...(await reason(folder.path))
    }
  })
  onTestFinished(() => program.kill('SIGKILL'))
  const [, url = ''] = await program.until(/"url":"([^"]+)"/)
  const [, error] = await program.until(/"error":"(.+?)","retryMs":.*"cannot connect; trying again"/)
  expect(error).toContain('Google gave the bridge no credential for Pub/Sub')
  expect(error).toContain('Set GOOGLE_APPLICATION_CREDENTIALS, or run the bridge under a service account.')

  const webhook = { id: 'msg_1', body: JSON.stringify(sample('batch.succeeded')) }
  const attempts = await deliver(webhook, { url: `${url}/webhooks/gemini`, signer: staticSigner(SECRET) })
  expect(attempts).toMatchObject([{ status: 503, code: 'ERR_DESTINATION' }])
  const health = await fetch(`${url}/health/ready`)
  expect(health.status).toBe(503)
  expect(await health.json()).toEqual({ status: 'unready', reason: 'not connected', destinations: ['pubsub'] })

  program.kill('SIGTERM')
  expect(await program.exit()).toBe(0)
  for (const line of program.stderr.trim().split('\n')) {
    expect(JSON.parse(line)).toHaveProperty('severity')
    expect(JSON.parse(line)).not.toHaveProperty('warning')
  }
  expect(program.stderr).not.toContain(KEY.slice(0, 8))
})
