/** `npm run chaos -- --seed N --events 20000 --renew false`: the ledger under chaos. Exits with 1 if it does not hold. */
import { parseArgs } from 'node:util'
import { startCast } from './story/cast/cast.ts'
import { draw } from './story/ledger.ts'
import { type Chapter, tell } from './story/story.ts'

/** More are too many to read. */
const SHOWN = 20

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    events: { type: 'string', default: '20000' },
    renew: { type: 'string', default: 'true' }
  }
})
const plot = { seed: Number(values.seed), events: Number(values.events), renew: values.renew !== 'false' }
const say = (line: string) => process.stdout.write(`${line}\n`)

const sayChapter = ({ begin, end, faults, sent }: Chapter) => {
  const what = faults.map(({ kind }) => kind).join(', ') || 'nothing wrong'
  say(`${((end - begin) / 1000).toFixed(1)} s, ${sent.length} webhooks: ${what}`)
}

say(`seed ${plot.seed}`)
const cast = await startCast()
const { text, broken } = draw(await tell(plot, cast, sayChapter).finally(cast.stop), plot)
say(text)
for (const fault of broken.slice(0, SHOWN)) say(`BROKEN: ${fault}`)
say(broken.length === 0 ? 'The ledger holds.' : `The ledger does not hold: ${broken.length} faults.`)
process.exitCode = broken.length === 0 ? 0 : 1
