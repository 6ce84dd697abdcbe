import { startUp } from './start-up.ts'

// `node test/bench/start-up-alone.ts [starts]`: only the ratio says anything, since both run in the same minutes.

const { bridge, bare } = await startUp({ starts: Number(process.argv[2] ?? 10) })
const rows = [
  ['ms to the first 204', 'ms'],
  ["ms of the main thread's CPU", 'cpu'],
  ['MiB when idle', 'rss']
] as const
for (const [name, key] of rows) {
  const [one, other] = [bridge, bare].map(starts => starts.map(start => start[key]).sort((a, b) => a - b)) as [
    number[],
    number[]
  ]
  const ratio = median(one) / median(other)
  process.stdout.write(`${name.padEnd(28)} bridge ${spread(one)}   bare ${spread(other)}   ratio ${ratio.toFixed(2)}\n`)
}

function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function spread(sorted: readonly number[]): string {
  const [least, middle, most] = [sorted.at(0), median(sorted), sorted.at(-1)].map(value => value?.toFixed(0))
  return `${middle} (${least} to ${most})`
}
