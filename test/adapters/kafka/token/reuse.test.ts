import { expect, test } from 'vitest'
import { reuseToken } from '../../../../adapters/kafka/token/reuse.ts'
import type { Token } from '../../../../adapters/kafka/token/token.ts'
import { UnavailableError } from '../../../../src/adapter.ts'

const MINUTE = 60_000

/** A source of numbered tokens that live as long as `life` says, and a clock that stands still until it is moved. */
function issuer(life: number | undefined) {
  const clock = { now: 1_800_000_000_000 }
  const issued = { count: 0, fault: undefined as Error | undefined, hold: Promise.resolve() }
  const tokens = reuseToken(
    async (): Promise<Token> => {
      issued.count += 1
      const { count } = issued
      await issued.hold
      if (issued.fault !== undefined) throw issued.fault
      return { value: `token-${count}`, expiresAt: life === undefined ? undefined : clock.now + life }
    },
    () => clock.now
  )
  return { clock, issued, token: tokens.current, refused: tokens.refused }
}

test.each([
  { life: 60 * MINUTE, reused: 48 * MINUTE - 1, renewed: 48 * MINUTE },
  { life: 2 * MINUTE, reused: 1.5 * MINUTE - 1, renewed: 1.5 * MINUTE },
  { life: MINUTE / 2, reused: 0, renewed: 0 }
])('a token of $life ms is renewed after $renewed ms', async ({ life, reused, renewed }) => {
  const { clock, token } = issuer(life)
  const start = clock.now
  expect(await token()).toBe('token-1')
  if (reused > 0) {
    clock.now = start + reused
    expect(await token()).toBe('token-1')
  }
  clock.now = start + renewed
  expect(await token()).toBe('token-2')
})

test('a token that does not say how long it lives is not used again', async () => {
  const { token } = issuer(undefined)
  expect([await token(), await token()]).toEqual(['token-1', 'token-2'])
})

test('whoever asks at the same time shares one request, and its failure', async () => {
  const { issued, token } = issuer(60 * MINUTE)
  const gate = Promise.withResolvers<void>()
  issued.hold = gate.promise
  const asking = [token(), token(), token()]
  gate.resolve()
  expect(await Promise.all(asking)).toEqual(['token-1', 'token-1', 'token-1'])

  const other = issuer(60 * MINUTE)
  other.issued.fault = new UnavailableError('down')
  const failing = await Promise.allSettled([other.token(), other.token()])
  expect(failing.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(other.issued.count).toBe(1)
})

test('while it is valid, a token outlives failures to renew it', async () => {
  const { clock, issued, token } = issuer(60 * MINUTE)
  const start = clock.now
  await token()
  issued.fault = new UnavailableError('down')
  clock.now = start + 60 * MINUTE - 1
  expect(await token()).toBe('token-1')
  clock.now = start + 60 * MINUTE
  await expect(token()).rejects.toBe(issued.fault)
})

test('after a failure, the next one to ask tries again', async () => {
  const { issued, token } = issuer(60 * MINUTE)
  issued.fault = new UnavailableError('down')
  await expect(token()).rejects.toBe(issued.fault)
  issued.fault = undefined
  expect(await token()).toBe('token-2')
})

test('a token of unknown life does not stand in when the next cannot be had', async () => {
  const { issued, token } = issuer(undefined)
  await token()
  issued.fault = new UnavailableError('down')
  await expect(token()).rejects.toBe(issued.fault)
})

test('a token that was refused is not given out again, whatever life it has left', async () => {
  const { issued, token, refused } = issuer(60 * MINUTE)
  refused(await token())
  issued.fault = new UnavailableError('down')
  await expect(token()).rejects.toBe(issued.fault)
  issued.fault = undefined
  expect(await token()).toBe('token-3')
  refused('token-1')
  expect(await token()).toBe('token-3')
})

test('obtaining a token has 1.5 s', { concurrent: true }, async () => {
  const start = performance.now()
  const { current } = reuseToken(
    signal =>
      new Promise((_, reject) => {
        // Keeps the process alive as a socket would: the signal's own timer does not.
        const open = setInterval(() => {}, 1000)
        signal.addEventListener('abort', () => {
          clearInterval(open)
          reject(new UnavailableError('late'))
        })
      })
  )
  await expect(current()).rejects.toThrow('late')
  expect(performance.now() - start).toBeGreaterThan(1400)
})
