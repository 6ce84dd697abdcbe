import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { deliver } from '../../src/standin/deliver.ts'
import type { KeySetServer } from '../../src/standin/key-set.ts'
import { sample } from '../../src/standin/samples.ts'
import { dynamicSigner, type Signer, staticSigner } from '../../src/standin/sign.ts'
import { OTHER_SECRET, SECRET } from '../ingress/sign.ts'
import { root } from '../spawn.ts'
import type { Fate } from './obedient.ts'

export const TOKEN = 'the-newest-callback-token'
const OLD_SECRET = 'whsec_b2xkLW9sZC1vbGQtb2xkLW9sZC1v'
const OLD_TOKEN = 'the-oldest-callback-token'
const HOUR_MS = 3_600_000

/** A bridge of which every metric can be made to move. */
export const configuration = (keys: string) => ({
  listen: { host: '127.0.0.1', port: 0 },
  admin: { host: '127.0.0.1', port: 0 },
  endpoints: [
    { path: '/hooks', verify: { static: { secrets: [SECRET, OLD_SECRET] } } },
    { path: '/jobs', verify: { dynamic: { tokens: [TOKEN, OLD_TOKEN], keys } } }
  ],
  events: { extensions: { tenant: 'user_metadata.tenant' } },
  destinations: {
    orders: { adapter: `${root}test/deploy/obedient.ts` },
    mail: { adapter: `${root}test/deploy/obedient.ts`, fallback: { to: 'archive', after: '1s' } },
    archive: { adapter: 'memory' },
    graveyard: { adapter: 'memory' }
  },
  deadLetter: 'graveyard',
  routes: [
    { filter: { prefix: { type: 'com.google.gemini.batch.' } }, to: ['orders'] },
    { filter: { prefix: { type: 'com.google.gemini.interaction.' } }, to: ['mail'] },
    { filter: { exact: { type: 'com.google.gemini.never' } }, to: ['archive'], delivery: 'bestEffort' }
  ],
  limits: { acknowledge: '500ms' }
})

/** Sends one webhook of every kind that the bridge tells apart, and sees that each is answered as its kind is. */
export async function sendEveryKind(bridge: string, { keys }: Pick<KeySetServer, 'keys'>): Promise<void> {
  const send = async (
    status: number,
    type: string,
    options: { id?: string; path?: string; signer?: Signer; metadata?: object; body?: string; now?: () => number } = {}
  ) => {
    const {
      id = `msg_${randomUUID()}`,
      path = '/hooks',
      signer = staticSigner(SECRET),
      metadata,
      now = Date.now
    } = options
    const body = options.body ?? JSON.stringify(sample(type, { metadata: { ...metadata } }))
    const answers = await deliver({ id, body }, { url: bridge + path, signer, now })
    expect(answers, `${type} ${JSON.stringify(metadata)}`).toMatchObject([{ status }])
  }
  const fated = (fate: Fate) => ({ metadata: { fate } })
  const signer = dynamicSigner(...keys)

  const id = `msg_${randomUUID()}`
  await send(204, 'batch.succeeded', { id })
  await send(204, 'batch.succeeded', { id })
  await send(204, 'batch.failed', { metadata: { tenant: 'a bell: \u0007' } })
  await send(204, 'batch.succeeded', { signer: staticSigner(OLD_SECRET) })
  await send(204, 'batch.succeeded', { path: `/jobs?token=${TOKEN}`, signer })
  await send(204, 'batch.succeeded', { path: `/jobs?token=${OLD_TOKEN}`, signer })
  await send(204, 'video.generated')
  await send(204, 'batch.expired', fated('refused'))
  await send(204, 'none', { body: '[]' })
  await send(503, 'batch.succeeded', fated('unavailable'))
  await send(503, 'batch.succeeded', fated('late'))
  const again = { id: `msg_${randomUUID()}`, ...fated('unavailable once') }
  await send(503, 'batch.succeeded', again)
  await send(204, 'batch.succeeded', { ...again, now: () => Date.now() - HOUR_MS })

  await send(401, 'batch.succeeded', { signer: staticSigner(OTHER_SECRET) })
  await send(401, 'batch.succeeded', { now: () => Date.now() - HOUR_MS })
  await send(401, 'batch.succeeded', { path: '/jobs', signer })
  await send(404, 'batch.succeeded', { path: '/elsewhere' })
  for (const [method, status] of [
    ['POST', 400],
    ['GET', 405]
  ] as const)
    expect(await fetch(`${bridge}/hooks`, { method })).toMatchObject({ status })

  // Until the fallback has it: at first the destination is given time to come back.
  await expect
    .poll(
      async () => {
        const body = JSON.stringify(sample('interaction.failed', fated('unavailable')))
        const url = `${bridge}/hooks`
        const [attempt] = await deliver({ id: `msg_${randomUUID()}`, body }, { url, signer: staticSigner(SECRET) })
        return attempt?.status
      },
      { timeout: 10_000, interval: 100 }
    )
    .toBe(204)
}
