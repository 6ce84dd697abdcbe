import { setTimeout as sleep } from 'node:timers/promises'
import { deliver } from '../../../src/standin/deliver.ts'
import { sample } from '../../../src/standin/samples.ts'
import { staticSigner } from '../../../src/standin/sign.ts'
import { type Answered, timed } from './sender.ts'

/** The job that every forged webhook is about: the subject of what must be found nowhere. */
export const FORGED_JOB = 'forged'

const PAUSE_MS = 50
/** Well-formed, and known to no bridge. */
const signer = staticSigner(`whsec_${Buffer.alloc(32, 8).toString('base64')}`)

/**
 * Sends webhooks that Gemini has not signed, until told to stop: every second one with an id that is known by then.
 * @param known an id that Gemini has used
 */
export async function forge(url: string, known: () => string, signal: AbortSignal): Promise<Answered[]> {
  const answers: Answered[] = []
  const body = JSON.stringify(sample('batch.succeeded', { job: FORGED_JOB }))
  for (let count = 0; !signal.aborted; count++) {
    const id = count % 2 === 0 ? `${FORGED_JOB}_${count}` : known()
    await deliver({ id, body }, { url, signer, onAttempt: attempt => answers.push(timed(attempt)) })
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => {})
  }
  return answers
}
