import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createBreaker } from '../../../src/deliver/redis/breaker.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

/** A server whose answers are the test's. */
function scene() {
  const questions: PromiseWithResolvers<string>[] = []
  const failed = vi.fn<(cause: unknown) => void>()
  const answered = vi.fn<() => void>()
  const breaker = createBreaker({ failed, answered })
  const ask = () =>
    breaker(() => {
      const question = Promise.withResolvers<string>()
      questions.push(question)
      return question.promise
    })
  /** Lets time pass, and then a turn of the event loop. */
  const pass = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms)
    await turn()
  }
  return { questions, failed, answered, ask, pass }
}

/** One that has opened for a question that is answered by now. */
async function opened() {
  const it = scene()
  const asked = it.ask()
  it.questions[0]?.reject(new Error('no'))
  expect(await asked).toBeUndefined()
  return it
}

test('answers what is answered within 50 ms', async () => {
  const { questions, failed, ask, pass } = scene()
  const asked = ask()
  await pass(49)
  questions[0]?.resolve('here')
  expect(await asked).toBe('here')
  await pass(1000)
  expect(failed).not.toHaveBeenCalled()
})

test('waits 50 ms, and no longer', async () => {
  const { failed, ask, pass } = scene()
  const asked = ask()
  await pass(49)
  expect(failed).not.toHaveBeenCalled()
  await pass(1)
  expect(await asked).toBeUndefined()
  expect(failed).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'no answer within 50 ms' }))
})

test('takes an answer that has arrived while the event loop was late', async () => {
  const { questions, failed, ask } = scene()
  const asked = ask()
  vi.advanceTimersByTime(80)
  questions[0]?.resolve('here')
  await turn()
  expect(await asked).toBe('here')
  expect(failed).not.toHaveBeenCalled()
})

test('asks nothing for a second after a failure', async () => {
  const { questions, ask, pass } = await opened()
  await pass(999)
  expect(await ask()).toBeUndefined()
  expect(questions).toHaveLength(1)
  await pass(1)
  const asked = ask()
  expect(questions).toHaveLength(2)
  questions[1]?.resolve('back')
  expect(await asked).toBe('back')
})

test('asks one question at a time then, until one is answered in time', async () => {
  const { questions, failed, answered, ask, pass } = await opened()
  await pass(1000)
  const probe = ask()
  expect(await Promise.all([ask(), ask()])).toEqual([undefined, undefined])
  expect(questions).toHaveLength(2)
  questions[1]?.resolve('back')
  expect(await probe).toBe('back')
  expect(failed).toHaveBeenCalledTimes(1)
  expect(answered).toHaveBeenCalledTimes(1)
  void ask()
  void ask()
  expect(questions).toHaveLength(4)
})

test('asks nothing while a question is unanswered that nobody waits for any more', async () => {
  const { questions, failed, answered, ask, pass } = scene()
  const asked = ask()
  await pass(50)
  expect(await asked).toBeUndefined()
  await pass(60_000)
  expect(await ask()).toBeUndefined()
  expect(questions).toHaveLength(1)
  questions[0]?.resolve('late')
  await pass(0)
  expect(answered).not.toHaveBeenCalled()
  void ask()
  expect(questions).toHaveLength(2)
  expect(failed).toHaveBeenCalledTimes(1)
})

test('a question that throws is a failure like any other', async () => {
  const failed = vi.fn<(cause: unknown) => void>()
  const ask = createBreaker({ failed, answered() {} })
  const asked = ask(() => Promise.reject(new Error('at once')))
  expect(await asked).toBeUndefined()
  expect(failed).toHaveBeenCalledTimes(1)
})
