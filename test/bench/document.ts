/** Results as Markdown: results.md, and what the README quotes of it. */
import { LATENCY_MS } from './clouds.ts'
import { judge } from './goals.ts'
import { BODY_BYTES } from './load/signed.ts'
import { MANY_CONNECTIONS } from './resident.ts'
import type { Measured, Parts, Results } from './results.ts'
import type { Result } from './rounds.ts'
import { median } from './statistics.ts'
import { ledgerTable, measuredTable, ratiosTo, ratioTable, spread, table } from './tables.ts'

/** Percent of the time; by its own threads and the kernel, a server waits some as well. */
const BUSY = 20

const TITLES: Readonly<Record<keyof Parts, string>> = {
  kafka: 'Kafka',
  producer: "Kafka's own producer test",
  features: 'What each feature costs',
  'start-up': 'Start',
  resident: 'Memory',
  flat: 'Flat',
  pubsub: 'Pub/Sub',
  eventbridge: 'EventBridge'
}

const renderers: { readonly [Part in keyof Parts]: (of: Parts[Part]) => string } = {
  kafka: renderComparison,
  producer: ({ records, rate, p50, p99 }) =>
    table(['', 'records/s', 'p50 ms', 'p99 ms'], [[`${records} of 1 KB`, rate.toFixed(0), String(p50), String(p99)]]),
  features: renderComparison,
  'start-up': ({ bridge, bare }) => {
    const row = (name: string, of: 'ms' | 'cpu' | 'rss') => {
      const [own, other] = [bridge.map(start => start[of]), bare.map(start => start[of])]
      return [name, spread(own, 0), spread(other, 0), (median(own) / median(other)).toFixed(2)]
    }
    return table(
      [`of ${bridge.length} starts each, in turn`, 'bridge', 'bare bundle', 'ratio'],
      [
        row('ms from the process to its first 204, in Kafka', 'ms'),
        row("ms of the main thread's CPU until then", 'cpu'),
        row('MiB when idle', 'rss')
      ]
    )
  },
  resident: lines =>
    table(
      ['', 'idle MiB', `peak MiB at c=${MANY_CONNECTIONS}`, 'req/s'],
      lines.map(({ contender, idle, peak, rate }) => [contender, idle.toFixed(0), peak.toFixed(0), rate.toFixed(0)])
    ),
  flat: ({ paced, beside }) =>
    [
      'Webhooks offered at a steady rate, into Kafka; CPU beyond that of the idle process:',
      table(
        ['', 'offered/s', 'acknowledged/s', 'CPU µs per event', 'p50 ms', 'p99 ms', '503s'],
        paced.map(({ contender, offered, rate, cpu, p50, p99, unavailable }) => [
          contender,
          String(offered),
          rate.toFixed(0),
          cpu.toFixed(0),
          p50.toFixed(2),
          p99.toFixed(2),
          String(unavailable)
        ])
      ),
      'With more routes, and with as many remembered ids as there may be; no broker:',
      renderComparison(beside)
    ].join('\n\n'),
  pubsub: renderCloud,
  eventbridge: renderCloud
}

/** The tables of one comparison, for a terminal as well. */
export function renderComparison(result: Result): string {
  const tables = [
    measuredTable(result),
    ...busy(result),
    `Ratios to "${result.baseline}", round by round:`,
    ratioTable(result)
  ]
  if (result.ledger.length > 0)
    tables.push('Acknowledgements, warm-ups included, and what the broker has:', ledgerTable(result))
  return tables.join('\n\n')
}

/** With other programs on the same core, the figures are theirs as well. */
function busy({ cells }: Result): string[] {
  const waited = median(cells.flatMap(({ rounds }) => rounds.map(round => round.waited)))
  return waited < BUSY
    ? []
    : [`The machine was busy: servers waited for their core ${waited.toFixed(0)} % of the time. Measure again.`]
}

function renderCloud(result: Result): string {
  return `The emulator's answers come ${LATENCY_MS} ms late, as from a region.\n\n${renderComparison(result)}`
}

export function renderPart<Part extends keyof Parts>(part: Part, of: Parts[Part]): string {
  return renderers[part](of)
}

export function goalsTable(results: Results): string {
  return table(['goal', 'bound', 'measured', 'holds?'], judge(results))
}

export function renderResults(results: Results): string {
  const names = Object.keys(TITLES) as (keyof Parts)[]
  const sections = names.flatMap(part => {
    const measured = results[part]
    return measured === undefined ? [] : [renderSection(part, measured as Measured<never>)]
  })
  return `# Results

Written by \`npm run bench -- --full\`. Servers have one core, load and broker another; bodies have ${BODY_BYTES} bytes, each webhook has
an id of its own, and one that is not acknowledged fails the run. Contenders take turns within each round. Figures are the rounds'
medians, with the least and the greatest; a ratio is that of two contenders in the same round. On another machine, at another hour,
the figures are others: only ratios of the same run say anything. "waited" is for how much of the time others had the core.

## Goals

${goalsTable(results)}

${sections.join('\n\n')}

## Not measured

- Brokers on other machines, with replicas or disks of their own, and TLS: what the network and they take comes on top.
- The clouds themselves: their emulators stand in for them.
- How many messages Pub/Sub has: that every acknowledged one is there is for the tests. The other brokers are counted.
- wrk waits for each answer before it sends the next request. For an answer that took more than twice the mean it counts those
  that would have been sent meanwhile, with what they would have waited.
- More than one core. One process of the bridge uses hardly more than one; more events are for more replicas.
- Sixty minutes: \`npm run bench -- soak\`, whose log is soak.md.
`
}

function renderSection<Part extends keyof Parts>(part: Part, measured: Measured<Parts[Part]>): string {
  const { date, command, machine, versions, of } = measured
  return `## ${TITLES[part]}\n\n\`${command}\`, ${date}, ${machine}; ${versions}.\n\n${renderPart(part, of)}`
}

/** What the README quotes: ratios, since they are less the machine's. */
export function summaryTable({ kafka }: Results): string {
  if (kafka === undefined) return 'Not measured yet.'
  const names = ['bridge', 'bridge, platformatic', 'prototype']
  const show = (name: string, connections: number, of: 'rate' | 'cpu' | 'p50' | 'p99') => {
    const ratios = ratiosTo(kafka.of, kafka.of.baseline, name, connections, of)
    return ratios.length === 0 ? '' : median(ratios).toFixed(2)
  }
  const rows = names
    .filter(name => kafka.of.cells.some(({ contender }) => contender === name))
    .map(name => [
      name,
      ...([32, 128] as const).flatMap(connections =>
        (['rate', 'cpu', 'p50', 'p99'] as const).map(of => show(name, connections, of))
      )
    ])
  const heads = [32, 128].flatMap(connections =>
    ['req/s', 'CPU', 'p50', 'p99'].map(head => `${head}, c=${connections}`)
  )
  return table(['', ...heads], rows)
}
