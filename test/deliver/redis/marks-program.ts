import { type Program, start } from '../../spawn.ts'

const MODULE = new URL('../../../src/deliver/redis-marks.ts', import.meta.url).href
/** Closes once something is written to it. If anything then keeps the process alive, it ends with 3. */
const CODE = `
  import { openRedisMarks } from ${JSON.stringify(MODULE)}
  const say = (fields, message) => console.log(fields.error ?? message)
  const log = { debug: say, info: say, warn: say, error: say }
  const marks = openRedisMarks({ url: () => process.argv[1], ttl: 1000, log })
  console.log('opened')
  process.stdin.once('data', async () => {
    await marks.close()
    process.stdin.unref()
    setTimeout(() => process.exit(3), 200).unref()
  })
`

/** Marks in a process of their own, which prints what the log is told: its errors, else its messages. */
export function startMarksProgram(url: string, env: NodeJS.ProcessEnv = {}): Program {
  return start(process.execPath, ['--input-type=module', '-e', CODE, url], { env })
}
