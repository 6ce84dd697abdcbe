import { expect, test } from 'vitest'
import { UnavailableError } from '../../src/errors.ts'
import { codeOf, genuine, startTestBridge, type TestBridge } from './harness.ts'

const lines = ({ log }: TestBridge) => log.filter(({ message }) => message === 'webhook')

test('the log says which webhooks have been here before', async () => {
  await using bridge = await startTestBridge()
  const first = genuine({ id: 'msg_1' })
  bridge.broker.publish = () => Promise.reject(new UnavailableError('The broker is at lunch.'))
  expect(codeOf(await bridge.send(first))).toBe('503 ERR_DESTINATION')
  expect(codeOf(await bridge.send(first))).toBe('503 ERR_DESTINATION')
  bridge.broker.publish = bridge.broker.accept
  expect(codeOf(await bridge.send(first))).toBe('204')
  const second = genuine({ id: 'msg_2' })
  expect(codeOf(await bridge.send(second))).toBe('204')
  expect(codeOf(await bridge.send(second))).toBe('204')
  // What is not proven has not been here.
  expect(codeOf(await bridge.send({ ...second, body: '{}' }))).toBe('401 ERR_SIGNATURE')
  expect(lines(bridge).map(({ id, redelivery }) => [id, redelivery])).toEqual([
    ['msg_1', false],
    ['msg_1', true],
    ['msg_1', true],
    ['msg_2', false],
    ['msg_2', true],
    ['msg_2', undefined]
  ])
})
