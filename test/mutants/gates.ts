import type { Mutant } from './mutant.ts'

const ADMISSION = 'src/deliver/admission.ts'
const ADMISSION_TESTS = ['test/deliver/admission.test.ts']
const DRAIN_TESTS = ['test/ingress/drain.test.ts']

/** Who is let in, what is answered, and how it ends. */
export const gateMutants: readonly Mutant[] = [
  {
    name: 'any signature will do',
    file: 'src/verify/static.ts',
    find: 'candidate.length === expected.length && timingSafeEqual(candidate, expected)',
    replace: 'timingSafeEqual(expected, expected) && candidate.length >= 0',
    tests: ['test/verify/static.test.ts']
  },
  {
    name: 'any timestamp will do',
    file: 'src/verify/verify.ts',
    find: 'checkTimestamp(timestamp, receivedAt, tolerance)\n',
    replace: '{}\n',
    tests: ['test/verify/verify.test.ts']
  },
  {
    name: 'an outage is a 4xx',
    file: 'src/errors.ts',
    find: 'ERR_DESTINATION: { statusCode: 503',
    replace: 'ERR_DESTINATION: { statusCode: 424',
    tests: ['test/ingress/statuses.test.ts']
  },
  {
    name: 'a 503 does not say when to come back',
    file: 'src/server/answer.ts',
    find: "reply.header('retry-after', Math.ceil(context.retryAfter / 1000))",
    replace: '{}',
    tests: ['test/ingress/statuses.test.ts']
  },
  {
    name: 'the work may take longer than the deadline',
    file: 'src/server.ts',
    find: 'deadline.abort()',
    replace: '{}',
    tests: ['test/ingress/limits.test.ts']
  },
  {
    name: 'the limit in flight is none',
    file: ADMISSION,
    find: 'if (!full && requests < limits.requests && bytes + size <= limits.bytes) return',
    replace: 'if (size >= 0) return',
    tests: ADMISSION_TESTS
  },
  {
    name: 'a full bridge opens again at its limit',
    file: ADMISSION,
    find: 'const REOPEN_AT = 0.9',
    replace: 'const REOPEN_AT = 1',
    tests: ADMISSION_TESTS
  },
  {
    name: 'a webhook that has left still counts',
    file: 'src/receive.ts',
    find: '    leave()\n',
    replace: '',
    tests: ['test/ingress/limits.test.ts']
  },
  {
    name: 'ready before a destination is connected',
    file: 'src/deliver.ts',
    find: '.map(({ name }) => name),',
    replace: '.map(({ name }) => name).slice(1),',
    tests: ['test/ingress/start.test.ts']
  },
  {
    name: 'ready while it drains',
    file: 'src/server/health.ts',
    find: 'if (health.draining()) return',
    replace: 'if (!health) return',
    tests: ['test/ingress/health.test.ts']
  },
  {
    name: 'new work is taken while it drains',
    file: 'src/bridge.ts',
    find: 'if (draining)',
    replace: 'if (bytes < 0)',
    tests: ['test/ingress/statuses.test.ts']
  },
  {
    name: 'a drain cuts what is in flight',
    file: 'src/server/close.ts',
    find: 'after(limits.drain - FOR_DESTINATIONS_MS,',
    replace: 'after(0,',
    tests: DRAIN_TESTS
  },
  {
    name: 'destinations are closed before the webhooks in flight are answered',
    file: 'src/bridge.ts',
    find: 'const finished = await closeServer(',
    replace: 'await destinations.close()\n      const finished = await closeServer(',
    tests: DRAIN_TESTS
  },
  {
    name: 'a drain does not wait for best-effort publishes',
    file: 'src/deliver.ts',
    find: 'await Promise.all([...backgrounds.values()].map(background => background.idle()))',
    replace: '',
    tests: ['test/ingress/fan-out.test.ts']
  },
  {
    name: 'a destination is closed under its publishes',
    file: 'src/deliver/connection.ts',
    find: 'closing ??= ended.promise.then(',
    replace: 'closing ??= Promise.resolve().then(',
    tests: ['test/deliver/destination.test.ts']
  }
]
