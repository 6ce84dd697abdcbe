import adapter from './index.js'
import { startRedis } from './redis.js'

/** A Redis for each clause, with a stream that is read by a reader of its own. */
export async function openHarness() {
  const redis = await startRedis()
  await redis.ask('XGROUP', 'CREATE', 'events', 'readers', '$', 'MKSTREAM')
  const connect = (stream, password) => log => {
    const options = adapter.options.parse({ url: `redis://:${password}@${redis.address}`, stream, largest: 2 ** 20 })
    return adapter.connect(options, { destination: 'test', directory: import.meta.dirname, log })
  }
  let restore
  const breakBy = (hurt, heal) => async () => {
    restore = heal
    await hurt()
  }
  const limit = bytes => () => redis.ask('CONFIG', 'SET', 'maxmemory', bytes)
  return {
    connect: connect('events', redis.password),
    received: async () => (await redis.ask('XRANGE', 'events', '-', '+')).map(([, fields]) => toEvent(fields)),
    break: {
      gone: breakBy(redis.kill, redis.start),
      hung: breakBy(redis.freeze, redis.thaw),
      refusing: breakBy(limit('1'), limit('0'))
    },
    restore: async () => restore(),
    missing: { connect: connect('absent', redis.password), names: 'absent' },
    refused: { connect: connect('events', 'wrong'), names: 'password' },
    oversize: 2 ** 20 + 1,
    secrets: [redis.password],
    deadline: 1000,
    close: redis.stop
  }
}

/** Fields come as names and values in turn. */
function toEvent([name, value, ...others]) {
  const attribute = { [name]: `${name}` === 'data' ? value : `${value}` }
  return others.length === 0 ? attribute : { ...attribute, ...toEvent(others) }
}
