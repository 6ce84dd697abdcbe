import eventbridge from '../../../adapters/eventbridge.ts'
import type { Adapter, CloudEvent, Log } from '../../../src/adapter.ts'
import type { Harness } from '../../../src/testing.ts'
import { type Account, CREDENTIALS, REGION, type ReceivedEvent } from '../../brokers/eventbridge/account.ts'
import type { Front } from '../../brokers/eventbridge/front.ts'
import { createTestBus } from '../../brokers/eventbridge/shared.ts'
import type { FaultProxy } from '../../brokers/proxy.ts'
import { parseStructured } from '../structured.ts'

/** What the AWS client finds in a test's environment, and nothing of the developer's. */
export const ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  AWS_REGION: REGION,
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true'
}

/** Opens the adapter as the bridge would, with options as they stand in a configuration. */
export async function connectEventbridge(options: Record<string, unknown>, log: Log): Promise<Adapter> {
  Object.assign(process.env, ENVIRONMENT)
  const context = { destination: 'test', directory: import.meta.dirname, log }
  return eventbridge.connect(eventbridge.options.parse(options), context)
}

/** Ways to a server that may be hurt: by a fault proxy, behind it a front, and another front that lets nobody in. */
export interface Ways {
  readonly proxy: FaultProxy
  readonly front: Front
  readonly refusing: Front
  readonly account: Account
}

/** The contract suite's view of a server: a bus for each harness, all of whose events can be read. */
export async function openEventbridgeHarness({ proxy, front, refusing, account }: Ways): Promise<Harness> {
  const bus = await createTestBus(account)
  const options = { bus: bus.name, endpoint: `http://127.0.0.1:${proxy.port}` }
  return {
    connect: log => connectEventbridge(options, log),
    received: async () => (await bus.received()).map(parseEvent),
    data: 'json',
    break: {
      gone: proxy.refuse,
      hung: proxy.hold,
      refusing: async () => front.answer({ status: 400, type: 'ThrottlingException' })
    },
    async restore() {
      front.pass()
      await proxy.pass()
    },
    missing: { connect: log => connectEventbridge({ ...options, bus: `${bus.name}-2` }, log), names: `${bus.name}-2` },
    refused: {
      connect: log => connectEventbridge({ ...options, endpoint: refusing.endpoint }, log),
      names: 'credentials'
    },
    oversize: 2 ** 20,
    secrets: [CREDENTIALS.secretAccessKey],
    close: bus.delete
  }
}

/** An event as a target gets it, with the CloudEvent as its detail. */
function parseEvent({ detail, source, ...event }: ReceivedEvent): CloudEvent {
  const parsed = parseStructured(detail)
  if (event['detail-type'] !== parsed.type) throw new TypeError(`detail-type: ${event['detail-type']}`)
  if (source !== 'com.google.gemini') throw new TypeError(`source: ${source}`)
  return parsed
}
