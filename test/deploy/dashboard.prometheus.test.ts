import { describe, expect } from 'vitest'
import { queryPanels, readDashboard } from './dashboard.ts'
import { it } from './watched.ts'

/** What Grafana puts in the place of its variables: the default for `endpoint` and `destination`, All. */
const variables: Readonly<Record<string, string>> = { endpoint: '.*', destination: '.*', __rate_interval: '1m' }

const queries = queryPanels(await readDashboard()).flatMap(({ title, targets }) =>
  targets.map(({ refId, expr }) => ({ name: `${title} ${refId}`, expr }))
)

describe('each panel answers after some traffic', () => {
  it.for(queries)('$name', async ({ expr }, { watched: { prometheus } }) => {
    const filled = expr.replace(/\$(\w+)/g, (_, name: string) => variables[name] ?? `no variable ${name}`)
    const samples = await prometheus.query(filled)
    expect(samples.filter(({ value }) => Number.isFinite(value))).not.toEqual([])
  })
})
