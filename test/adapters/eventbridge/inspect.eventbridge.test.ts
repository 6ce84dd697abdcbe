import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished } from 'vitest'
import eventbridge from '../../../adapters/eventbridge.ts'
import type { Finding } from '../../../src/adapter.ts'
import { within } from '../../../src/testing/expect.ts'
import { CREDENTIALS, REGION } from '../../brokers/eventbridge/account.ts'
import { it } from '../../brokers/eventbridge/shared.ts'
import { freePort } from '../../spawn.ts'
import { inShort, inspected, saysOf } from '../inspected.ts'
import { stubEnvironment } from './fake-aws.ts'

const REACHED = ['reachable: ok', 'authenticated: ok']
const KEYS = {
  AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  AWS_REGION: REGION
}

function inspect(endpoint: string, bus: string, signal?: AbortSignal): Promise<Finding[]> {
  stubEnvironment(KEYS)
  return inspected(eventbridge, { bus, endpoint }, {}, signal)
}

/** Answers an action with this, or not at all; everything else is for AWS. */
async function openAws(target: string, answers: Readonly<Record<string, object | 'silence'>>) {
  const actions: string[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const header = String(request.headers['x-amz-target'])
    const action = header.replace('AWSEvents.', '')
    actions.push(action)
    const answer = answers[action]
    if (answer === 'silence') return
    if (answer !== undefined) {
      const failed = 'type' in answer
      response.writeHead(failed ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
      response.end(JSON.stringify(failed ? { __type: answer.type, message: 'because' } : answer))
      return
    }
    const { authorization = '', 'content-type': type = '' } = request.headers
    const headers = { 'x-amz-target': header, authorization, 'content-type': type }
    const reply = await fetch(target, { method: 'POST', headers, body })
    response.writeHead(reply.status, { 'content-type': type }).end(await reply.text())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, actions }
}

it('says that all is well, and asks for nothing but the bus and its rules', async ({ eventbridge, bus }) => {
  const { endpoint, actions } = await openAws(eventbridge.endpoint, {})
  const findings = await inspect(endpoint, bus.name)
  expect(inShort(findings)).toEqual([...REACHED, 'exists: ok', 'permission: unknown', 'durability: ok'])
  expect(saysOf(findings, 'durability', 'ok')).toContain('Enabled rules on the bus: 1.')
  expect(actions).toEqual(['DescribeEventBus', 'ListRules'])
  expect(await bus.received()).toEqual([])
})

it('a bus without an enabled rule for events keeps nothing', async ({ eventbridge, account }) => {
  const bus = `bare-${crypto.randomUUID()}`
  await account.createBus(bus)
  onTestFinished(() => account.deleteBus(bus))
  const findings = await inspect(eventbridge.endpoint, bus)
  expect(inShort(findings)).toEqual([...REACHED, 'exists: ok', 'permission: unknown', 'durability: warning'])
  expect(saysOf(findings, 'durability', 'warning')).toMatch(/keeps nothing.*Create a rule/)
})

it('a rule that is off, or waits for a time, gives no event to anybody; rules may fill pages', async ({
  eventbridge,
  bus
}) => {
  const pattern = { EventPattern: '{}' }
  const idle = [
    { State: 'DISABLED', ...pattern },
    { State: 'ENABLED', ScheduleExpression: 'rate(1 hour)' }
  ]
  const none = await openAws(eventbridge.endpoint, { ListRules: { Rules: idle } })
  expect(inShort(await inspect(none.endpoint, bus.name))).toContain('durability: warning')
  const page = { Rules: [...idle, { State: 'ENABLED', ...pattern }], NextToken: 'more' }
  const endless = await openAws(eventbridge.endpoint, { ListRules: page })
  expect(saysOf(await inspect(endless.endpoint, bus.name), 'durability', 'ok')).toMatch(/on the bus: \d\./)
  expect(endless.actions.length).toBeLessThan(10)
})

it('a bus that is not there is a fault', async ({ eventbridge }) => {
  const findings = await inspect(eventbridge.endpoint, 'missing')
  expect(inShort(findings)).toEqual([...REACHED, 'exists: fault'])
  expect(saysOf(findings, 'exists', 'fault')).toMatch(/There is no bus "missing".*Create it, or correct bus and region/)
})

it('whoever may only put events is told what to grant to know more', async ({ eventbridge, bus }) => {
  const refused = { type: 'AccessDeniedException' }
  const { endpoint } = await openAws(eventbridge.endpoint, { DescribeEventBus: refused, ListRules: refused })
  const findings = await inspect(endpoint, bus.name)
  expect(inShort(findings)).toEqual([...REACHED, 'exists: unknown', 'permission: unknown', 'durability: unknown'])
  expect(saysOf(findings, 'exists', 'unknown')).toContain('events:DescribeEventBus')
  expect(saysOf(findings, 'durability', 'unknown')).toContain('events:ListRules')
})

it.for([
  ['UnrecognizedClientException', ['reachable: ok', 'authenticated: fault'], /refused the bridge's credentials/],
  ['ThrottlingException', ['reachable: fault'], /takes no more/],
  ['Strange', ['reachable: fault'], /cannot be looked at \(Strange\)/]
] as const)('%s is all there is to say', async ([type, found, says], { eventbridge, bus }) => {
  const { endpoint } = await openAws(eventbridge.endpoint, { DescribeEventBus: { type } })
  const findings = await inspect(endpoint, bus.name)
  expect(inShort(findings)).toEqual(found)
  expect(findings.at(-1)?.says).toMatch(says)
  expect(JSON.stringify(findings)).not.toContain(CREDENTIALS.secretAccessKey)
})

it('what does not answer is not waited for', async ({ eventbridge, bus }) => {
  const mute = await openAws(eventbridge.endpoint, { DescribeEventBus: 'silence' })
  const findings = await within(5000, inspect(mute.endpoint, bus.name), 'its end')
  expect(inShort(findings)).toEqual(['reachable: fault'])
  expect(saysOf(findings, 'reachable', 'fault')).toMatch(/did not answer/)
  const half = await openAws(eventbridge.endpoint, { ListRules: 'silence' })
  const later = await within(1000, inspect(half.endpoint, bus.name, AbortSignal.timeout(300)), 'its end')
  expect(inShort(later)).toEqual([...REACHED, 'exists: ok', 'permission: unknown', 'durability: unknown'])
})

it('nobody listens, or there are no credentials', async ({ bus }) => {
  const nobody = `http://127.0.0.1:${await freePort()}`
  expect(inShort(await inspect(nobody, bus.name))).toEqual(['reachable: fault'])
  stubEnvironment({ AWS_REGION: REGION })
  const findings = await inspected(eventbridge, { bus: bus.name, endpoint: nobody })
  expect(inShort(findings)).toEqual(['authenticated: fault'])
  expect(saysOf(findings, 'authenticated', 'fault')).toMatch(/no credentials.*Run the bridge under a role/)
})
