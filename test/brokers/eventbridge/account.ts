/**
 * An AWS account as a test sees it: buses, rules, the logs that rules lead to, and a reader of the logs. It shares no
 * code with the adapter and its client, and asks nobody's environment or profile.
 *
 *     const account = connectAccount(endpoint)
 *     await account.createBus('bus')
 *     await account.createLog('all')
 *     await account.createRule('bus', { source: [{ prefix: '' }] }, 'all')
 *     await account.received('all')    // everything that the rule has let through, as often as one asks
 *
 * The logs are CloudWatch's, since moto's queues take a time that grows with the square of what is in them.
 */

/** Credentials that no server here looks at, for the clients under test. */
export const CREDENTIALS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'a-secret-of-the-tests' }
export const REGION = 'us-east-1'

/** An event as a target gets it. */
export interface ReceivedEvent {
  /** EventBridge's own, another one for each entry that it has accepted. */
  readonly id: string
  readonly source: string
  readonly 'detail-type': string
  /** RFC 3339, in UTC, without fractions. */
  readonly time: string
  readonly resources: readonly string[]
  /** JSON text, whose numbers have the digits that came. */
  readonly detail: string
}

/** Every method fails when the server is gone, refuses, or has not answered within 10 seconds. */
export interface Account {
  createBus(bus: string): Promise<void>
  /** Deletes a bus and its rules. */
  deleteBus(bus: string): Promise<void>
  createLog(log: string): Promise<void>
  /** Deletes a log; what was received from it is not forgotten. */
  deleteLog(log: string): Promise<void>
  /** Lets what matches the pattern into the log; the rule has the log's name. */
  createRule(bus: string, pattern: object, log: string): Promise<void>
  /**
   * Everything that the log was given up to now, in any order. What was received once is remembered here, and so
   * outlives the server, which keeps nothing: a log that is made again under its name goes on with the same list.
   */
  received(log: string): Promise<readonly ReceivedEvent[]>
}

const ANSWER_WITHIN_MS = 10_000
/** The only target of each rule. */
const TARGET_ID = 'log'
/**
 * The event as it is. By itself moto fills a template of its own, and replaces what looks like a placeholder in the
 * detail too, say `<id>`. It parses all paths anew for each event, eight where none are given: one is six times as
 * fast.
 */
export const WHOLE_EVENT = { InputTemplate: '<aws.events.event.json>', InputPathsMap: { id: '$.id' } }

/** The account that a server, such as `http://127.0.0.1:5000`, shows to everybody. */
export function connectAccount(endpoint: string): Account {
  /** By log, then by the event's text, which its id makes unlike any other. */
  const memory = new Map<string, Map<string, ReceivedEvent>>()
  const events = (action: string, body: object) => call(endpoint, 'events', `AWSEvents.${action}`, body)
  const logs = (action: string, body: object) => call(endpoint, 'logs', `Logs_20140328.${action}`, body)
  return {
    async createBus(bus) {
      await events('CreateEventBus', { Name: bus })
    },
    async deleteBus(bus) {
      const { Rules } = (await events('ListRules', { EventBusName: bus })) as { Rules: { Name: string }[] }
      for (const { Name } of Rules) {
        await events('RemoveTargets', { EventBusName: bus, Rule: Name, Ids: [TARGET_ID] })
        await events('DeleteRule', { EventBusName: bus, Name })
      }
      await events('DeleteEventBus', { Name: bus })
    },
    async createLog(log) {
      await logs('CreateLogGroup', { logGroupName: log })
    },
    async deleteLog(log) {
      await logs('DeleteLogGroup', { logGroupName: log })
    },
    async createRule(bus, pattern, log) {
      const found = await logs('DescribeLogGroups', { logGroupNamePrefix: log })
      const { logGroups } = found as { logGroups: { logGroupName: string; logGroupArn: string }[] }
      const Arn = logGroups.find(({ logGroupName }) => logGroupName === log)?.logGroupArn
      await events('PutRule', { EventBusName: bus, Name: log, EventPattern: JSON.stringify(pattern) })
      const target = { Id: TARGET_ID, Arn, InputTransformer: WHOLE_EVENT }
      await events('PutTargets', { EventBusName: bus, Rule: log, Targets: [target] })
    },
    async received(log) {
      const known = memory.get(log) ?? new Map<string, ReceivedEvent>()
      memory.set(log, known)
      let nextToken: string | undefined
      do {
        const page = await logs('FilterLogEvents', { logGroupName: log, nextToken })
        const { events, ...rest } = page as { events: { message: string }[]; nextToken?: string }
        for (const { message } of events) if (!known.has(message)) known.set(message, parse(message))
        nextToken = rest.nextToken
      } while (nextToken)
      return [...known.values()]
    }
  }
}

async function call(endpoint: string, service: string, target: string, body: object): Promise<unknown> {
  // It says which service is meant; nobody checks the signature.
  const credential = `${CREDENTIALS.accessKeyId}/20260101/${REGION}/${service}/aws4_request`
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': target,
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS)
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${target}: HTTP ${response.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

function parse(message: string): ReceivedEvent {
  const { detail, ...attributes } = JSON.parse(message, (_key, value, { source }) =>
    typeof value === 'number' ? JSON.rawJSON(source) : value
  ) as ReceivedEvent
  return { ...attributes, detail: JSON.stringify(detail) }
}
