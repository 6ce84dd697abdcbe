import { expect, test } from 'vitest'
import { UnavailableError } from '../../../src/errors.ts'
import { connectPubsub } from './harness.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }

test.each(['localhost', '127.0.0.1', 'localhost:port'])('PUBSUB_EMULATOR_HOST=%s is said to be wrong', async at => {
  const connecting = connectPubsub(at, { topic: 'projects/acme/topics/jobs' }, log)
  await expect(connecting).rejects.toBeInstanceOf(UnavailableError)
  await expect(connecting).rejects.toThrow(/^PUBSUB_EMULATOR_HOST is not host:port\. Correct it, or unset it/)
})
