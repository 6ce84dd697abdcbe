import { describe, expect, it, onTestFinished } from 'vitest'
import { type Adapter, type CloudEvent, EventError, type Log, UnavailableError } from '../../src/adapter.ts'
import { parseJson } from '../../src/normalize/json.ts'
import { adapterContract, type Harness } from '../../src/testing.ts'
import { openMemoryHarness } from './memory-harness.ts'

const SECRET = 'hunter2-hunter2'
const LIMIT = 300_000

/** Wraps an honest connection. */
type Wrap = (inner: Adapter, log: Log) => Adapter

/** A harness with every capability, whose connections are wrapped. */
function harnessOf(wrap: Wrap, changes: Partial<Harness> = {}): () => Promise<Harness> {
  return async () => {
    const memory = await openMemoryHarness()
    const connect = async (log: Log) => wrap(limited(await memory.connect(log)), log)
    const refuse = (message: string) => async () => {
      throw new UnavailableError(message)
    }
    return {
      ...memory,
      connect,
      patience: 300,
      oversize: LIMIT + 1,
      missing: { names: 'jobs', connect: refuse('There is no topic "jobs". Create it.') },
      refused: { names: 'alice', connect: refuse('The user "alice" may not publish. Grant it.') },
      secrets: [SECRET],
      ...changes
    }
  }
}

/** Memory has no limit of its own. */
const limited = (inner: Adapter): Adapter => ({
  ...inner,
  async publish(event, signal) {
    if (event.data.length > LIMIT) throw new EventError('The event is too large.')
    return inner.publish(event, signal)
  }
})

const lying =
  (publish: (inner: Adapter, event: CloudEvent, signal: AbortSignal, log: Log) => Promise<string>): Wrap =>
  (inner, log) => ({ ...inner, publish: (event, signal) => publish(inner, event, signal, log) })

const OUTAGES = /^a broker that/
const never = new AbortController().signal
const later = (ms: number, work: () => void) => void setTimeout(work, ms)

const liars: Record<string, { wrap: Wrap; caught: RegExp }> = {
  'resolves before the event is stored': {
    wrap: lying(async (inner, event) => {
      later(5, () => inner.publish(event, AbortSignal.timeout(50)).catch(() => {}))
      return crypto.randomUUID()
    }),
    caught: OUTAGES
  },
  'drops one of 200': {
    wrap: inner => {
      let count = 0
      return { ...inner, publish: async (...args) => (++count === 137 ? 'dropped' : inner.publish(...args)) }
    },
    caught: /200 concurrent/
  },
  'stores one of 200 twice': {
    wrap: inner => {
      let count = 0
      return {
        ...inner,
        async publish(...args) {
          if (++count === 137) await inner.publish(...args)
          return inner.publish(...args)
        }
      }
    },
    caught: /200 concurrent/
  },
  'gives every event one message id': {
    wrap: lying(async (inner, event, signal) => {
      await inner.publish(event, signal)
      return 'ok'
    }),
    caught: /200 concurrent|same event twice/
  },
  'takes an abort that comes late for its end': {
    wrap: inner => {
      let ended = false
      return {
        ...inner,
        async publish(event, signal) {
          if (ended) throw new UnavailableError('The connection has ended. Open another.')
          signal.addEventListener('abort', () => {
            ended = true
          })
          return inner.publish(event, signal)
        }
      }
    },
    caught: /aborts after its publish has settled/
  },
  'ignores the abort': { wrap: lying((inner, event) => inner.publish(event, never)), caught: /hangs/ },
  'rounds numbers': {
    wrap: lying((inner, event, signal) => {
      const data = Buffer.from(event.data)
      const isJson = event.datacontenttype === 'application/json'
      const rounded = isJson ? Buffer.from(JSON.stringify(JSON.parse(data.toString()))) : data
      return inner.publish({ ...event, data: rounded }, signal)
    }),
    caught: /every byte of JSON data/
  },
  'drops white space': {
    wrap: lying((inner, event, signal) => {
      const isJson = event.datacontenttype === 'application/json'
      const data = isJson ? Buffer.from(JSON.stringify(parseJson(Buffer.from(event.data).toString()))) : event.data
      return inner.publish({ ...event, data }, signal)
    }),
    caught: /every byte of JSON data/
  },
  'takes all data for text': {
    wrap: lying((inner, event, signal) =>
      inner.publish({ ...event, data: Buffer.from(Buffer.from(event.data).toString()) }, signal)
    ),
    caught: /not JSON/
  },
  'rewrites time': {
    wrap: lying((inner, { time, ...event }, signal) =>
      inner.publish({ ...event, ...(time !== undefined && { time: new Date(time).toISOString() }) }, signal)
    ),
    caught: /every attribute/
  },
  'sends attributes as Latin-1': {
    wrap: lying((inner, event, signal) =>
      inner.publish({ ...event, tenant: Buffer.from(String(event['tenant']), 'latin1').toString('latin1') }, signal)
    ),
    caught: /unicode/
  },
  'invents a subject': {
    wrap: lying((inner, event, signal) => inner.publish({ subject: '', ...event }, signal)),
    caught: /absent/
  },
  'cuts large data': {
    wrap: lying((inner, event, signal) => inner.publish({ ...event, data: event.data.slice(0, 65_536) }, signal)),
    caught: /200 KB/
  },
  'removes duplicates': {
    wrap: inner => {
      const seen = new Map<string, Promise<string>>()
      return {
        ...inner,
        publish(event, signal) {
          const first = seen.get(event.id) ?? inner.publish(event, signal)
          seen.set(event.id, first)
          return first
        }
      }
    },
    caught: /same event twice/
  },
  'throws what is neither of the two errors': {
    wrap: lying(async (inner, event, signal) =>
      inner.publish(event, signal).catch(() => {
        throw new Error('Something went wrong.')
      })
    ),
    caught: /^a broker that|too large/
  },
  'calls an outage the event’s fault': {
    wrap: lying(async (inner, event, signal) =>
      inner.publish(event, signal).catch(() => {
        throw new EventError('Refused.')
      })
    ),
    caught: OUTAGES
  },
  'calls what is too large an outage': {
    wrap: lying(async (inner, event, signal) =>
      inner.publish(event, signal).catch(() => {
        throw new UnavailableError('Refused.')
      })
    ),
    caught: /too large/
  },
  'lets one event spoil its batch': {
    wrap: inner => {
      let spoilt = false
      return {
        ...inner,
        async publish(event, signal) {
          spoilt ||= event.data.length > LIMIT
          await new Promise(setImmediate)
          if (spoilt) throw new EventError('The batch was refused.')
          return inner.publish(event, signal)
        }
      }
    },
    caught: /too large/
  },
  'needs a restart after an outage': {
    wrap: inner => {
      let dead = false
      return {
        ...inner,
        async publish(event, signal) {
          if (dead) throw new UnavailableError('Still dead.')
          return inner.publish(event, signal).catch(error => {
            dead = true
            throw error
          })
        }
      }
    },
    caught: OUTAGES
  },
  'shows a secret in a cause': {
    wrap: lying(async (inner, event, signal) =>
      inner.publish(event, signal).catch(error => {
        throw new UnavailableError('Refused.', { cause: { request: { password: SECRET }, error } })
      })
    ),
    caught: /^a broker that|aborted/
  },
  'shows a secret in the log': {
    wrap: lying((inner, event, signal, log) => {
      log.debug({ config: { sasl: { password: SECRET } } }, 'publishing')
      return inner.publish(event, signal)
    }),
    caught: /comes? back/
  },
  'loses what close finds in its buffer': {
    wrap: inner => {
      let open = true
      return {
        async publish(event, signal) {
          later(5, () => void (open && inner.publish(event, signal).catch(() => {})))
          return crypto.randomUUID()
        },
        async close() {
          open = false
        }
      }
    },
    caught: /close (after|during)/
  },
  'never settles what close cuts off': {
    wrap: inner => {
      const closed = Promise.withResolvers<void>()
      return {
        async publish(event, signal) {
          const isOpen = await Promise.race([closed.promise, new Promise(resolve => setImmediate(resolve, true))])
          return isOpen === true ? inner.publish(event, signal) : new Promise<string>(() => {})
        },
        async close() {
          closed.resolve()
        }
      }
    },
    caught: /close during/
  },
  'leaves a timer running': {
    wrap: inner => {
      const timer = setInterval(() => {}, 1000)
      onTestFinished(() => clearInterval(timer))
      return inner
    },
    caught: /nothing open/
  }
}

async function failures(open: () => Promise<Harness>, lacks: Parameters<typeof adapterContract>[1] = {}, only = /./) {
  const failed: string[] = []
  const clauses = adapterContract(open, lacks).filter(({ name }) => only.test(name))
  expect(clauses).not.toEqual([])
  // At once: a clause that fails does so by waiting.
  await Promise.all(clauses.map(({ name, run }) => run().catch(error => failed.push(`${name}\n${error}`))))
  return { failed, count: clauses.length }
}

describe('the contract suite', () => {
  it('passes an honest adapter', async () => {
    // One by one: the clause on open handles sees the whole process.
    for (const { run } of adapterContract(harnessOf(inner => inner))) await run()
  })

  it.each(Object.entries(liars))('catches an adapter that %s', async (_name, { wrap, caught }) => {
    const { failed, count } = await failures(harnessOf(wrap), {}, caught)
    expect(failed).toHaveLength(count)
  })

  it.each(['missing', 'refused'] as const)('catches an adapter that does not name what is %s', async needs => {
    const connect = async () => {
      throw new UnavailableError('It does not work.')
    }
    const { failed } = await failures(harnessOf(inner => inner, { [needs]: { names: 'jobs', connect } }))
    expect(failed).toEqual([expect.stringMatching(new RegExp(`^${needs === 'missing' ? 'a missing' : 'refused'}`))])
  })

  it('leaves out no clause in silence', async () => {
    const { oversize, ...harness } = await harnessOf(inner => inner)()
    expect(oversize).toBeDefined()
    const { failed } = await failures(async () => harness, {}, /too large/)
    expect(failed).toEqual([expect.stringMatching(/Add it, or say in adapterContract's second argument why/)])
  })

  it('names what a destination lacks, and why', async () => {
    const { oversize, ...harness } = await harnessOf(inner => inner)()
    expect(oversize).toBeDefined()
    const clauses = adapterContract(async () => harness, { oversize: 'it has no limit' })
    const [clause] = clauses.filter(({ name }) => name.endsWith('(not applicable: it has no limit)'))
    await expect(clause?.run()).resolves.toBeUndefined()
  })

  it('takes no excuse for what the harness can do', async () => {
    const { failed } = await failures(
      harnessOf(inner => inner),
      { hung: 'it never hangs' },
      /hangs/
    )
    expect(failed).toEqual([expect.stringMatching(/so it is not lacking/)])
  })
})
