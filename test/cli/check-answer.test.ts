import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { startBridge } from '../../src/bridge.ts'
import { loadConfig } from '../../src/config/load.ts'
import { deliver } from '../../src/standin/deliver.ts'
import { staticSigner } from '../../src/standin/sign.ts'
import { folder, SECRET } from '../config/folder.ts'
import { runCheck } from './run-check.ts'

const picky = `${import.meta.dirname}/fixtures/picky.ts`
const BODY = '{"type":"batch.succeeded","data":{"id":"batches/1"}}'

/** A bridge whose destinations take everything, nothing, nothing, dead letters, and two bytes of data. */
const configOf = (rest: string) => `
listen: { host: 127.0.0.1, port: 0 }
admin: off
endpoints: [{ path: /a, verify: { static: { secrets: ["${SECRET}"] } } }]
destinations:
  all: { adapter: ${picky} }
  none: { adapter: ${picky}, takes: nothing }
  nil: { adapter: ${picky}, takes: nothing }
  tiny: { adapter: ${picky}, takes: two bytes }
  letters: { adapter: ${picky}, takes: dead letters }
${rest}
`
const to = (names: string, delivery = 'required') => `{ to: [${names}], delivery: ${delivery} }`

it.each([
  [`routes: [${to('all')}]`, BODY, '204, once all has it.'],
  [`routes: [${to('all')}, ${to('none', 'bestEffort')}]`, BODY, '204, once all has it.'],
  [
    `routes: [{ filter: { exact: { type: other } }, to: [all] }]`,
    BODY,
    '204: no route wants the event. It is acknowledged and dropped.'
  ],
  [
    `routes: [${to('all, none, nil')}]`,
    BODY,
    '422 (ERR_EVENT): refused for good by none, nil, and there is no dead letter. It is lost once Gemini gives up.'
  ],
  [
    `routes: [${to('all, none')}]\ndeadLetter: letters`,
    BODY,
    '204, once all has it and letters has the dead letter of none.'
  ],
  [
    `routes: [${to('all, none')}]\ndeadLetter: tiny`,
    BODY,
    '503 (ERR_DESTINATION): refused for good by none, and by the dead letter. Gemini delivers again.'
  ],
  [`routes: [${to('none, all', 'bestEffort')}]`, BODY, '204, once all has it.'],
  [
    `routes: [${to('none, nil', 'bestEffort')}]\ndeadLetter: letters`,
    BODY,
    '422 (ERR_EVENT): refused for good by all its destinations. It is lost once Gemini gives up.'
  ],
  ['', '[]', '422 (ERR_EVENT): it is no event, and there is no dead letter. It is lost once Gemini gives up.'],
  ['deadLetter: letters', '[]', '204, once letters has the dead letter.'],
  [
    'deadLetter: tiny',
    '[ ]',
    '503 (ERR_DESTINATION): it is no event, and the dead letter refuses it. Gemini delivers again.'
  ]
])('with %j, %s is answered as check --event says', async (rest, body, answer) => {
  const directory = await folder({ 'bridge.yaml': configOf(rest), 'event.json': body })
  const { code, output } = await runCheck({ config: 'bridge.yaml', event: 'event.json' }, directory)
  expect(parse(output).answer).toBe(answer)
  expect(code).toBe(body === BODY ? 0 : 1)
  expect(answer).toMatch(new RegExp(`^${await answerOfBridge(directory, body)}\\b`))
})

/** What a real bridge answers. */
async function answerOfBridge(directory: string, body: string): Promise<number | undefined> {
  const config = await loadConfig({ env: {}, directory, file: 'bridge.yaml' })
  const bridge = await startBridge(config, { log: pino({ enabled: false }), version: '0' })
  onTestFinished(async () => void (await bridge.drain()))
  while (!(await fetch(`${bridge.url}/health/ready`)).ok) await sleep(5)
  const [attempt] = await deliver({ id: 'msg_1', body }, { url: `${bridge.url}/a`, signer: staticSigner(SECRET) })
  return attempt?.status
}
