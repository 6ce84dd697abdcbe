import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { deliver } from '../../../src/standin/deliver.ts'
import { sample } from '../../../src/standin/samples.ts'
import { staticSigner } from '../../../src/standin/sign.ts'
import { startBridgeProgram } from '../../spawn.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

/** What is published, one of it unknown to everybody. */
export const TYPES = ['batch.succeeded', 'batch.failed', 'video.generated', 'a.type.of.tomorrow'] as const

/** Lets a real bridge publish an event of each type, and the same events again, to one destination. */
export async function publishTwice(
  directory: string,
  destination: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>> = {}
): Promise<void> {
  const file = {
    listen: { host: '127.0.0.1', port: 0 },
    admin: false,
    endpoints: [{ path: '/hooks', verify: { static: { secrets: [SECRET] } } }],
    destinations: { broker: destination },
    dedupe: false
  }
  await writeFile(join(directory, 'bridge.yaml'), JSON.stringify(file))
  const program = startBridgeProgram(['serve', '--config', 'bridge.yaml'], { cwd: directory, env })
  try {
    const [, url] = await program.until(/"url":"([^"]+)"/)
    const to = { url: `${url}/hooks`, signer: staticSigner(SECRET), retry: true, window: 30_000 }
    for (const type of [...TYPES, ...TYPES]) {
      const attempts = await deliver({ id: `msg_${type}`, body: JSON.stringify(sample(type)) }, to)
      expect(attempts.at(-1), program.stderr).toMatchObject({ status: 204 })
    }
  } finally {
    program.kill('SIGKILL')
    await program.exit()
  }
}
