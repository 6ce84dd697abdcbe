import { readFile, writeFile } from 'node:fs/promises'
import { adapters } from '../../adapters/index.ts'
import { renderJsonSchema } from '../../src/cli/check.ts'
import { bridgeJsonSchema } from '../../src/config/json-schema.ts'
import { renderResults, summaryTable } from '../bench/document.ts'
import { readResults } from '../bench/results.ts'
import { configurationTable } from './configuration-table.ts'
import { consumerDocSections, consumerFiles } from './events/files.ts'
import { metricsTable } from './metrics-table.ts'
import { optionsTable } from './options-table.ts'
import { statusTable } from './status-table.ts'

// Writes the parts of the documents that follow from the code; with --check, only says whether they do.

const root = new URL('../../', import.meta.url)

async function generated(): Promise<Record<string, (current: string) => string>> {
  const [schema, schemaText] = [await bridgeJsonSchema(), await renderJsonSchema()]
  const sections: Record<string, string> = {
    statuses: statusTable(),
    configuration: configurationTable(schema),
    metrics: await metricsTable(),
    bench: summaryTable(readResults()),
    ...(await consumerDocSections())
  }
  for (const [name, load] of Object.entries(adapters)) {
    sections[`${name} options`] = optionsTable((await load()).default)
  }
  const fill = (current: string) =>
    current.replaceAll(/(<!-- generated: ([\w ]+) -->\n)[\s\S]*?(<!-- \/generated -->)/g, (_, start, name, end) => {
      const section = sections[name]
      if (section === undefined) throw new Error(`a document asks for the section "${name}", which nobody makes`)
      return `${start}${section}\n${end}`
    })
  const results = { 'test/bench/results.md': renderResults(readResults()) }
  const wholes = Object.entries({ 'bridge.schema.json': schemaText, ...results, ...(await consumerFiles()) })
  return {
    ...Object.fromEntries(wholes.map(([file, text]) => [file, () => text])),
    ...Object.fromEntries(['README.md', 'adapters/README.md', 'docs/events.md'].map(file => [file, fill]))
  }
}

const check = process.argv.includes('--check')
const stale: string[] = []
for (const [file, render] of Object.entries(await generated())) {
  const url = new URL(file, root)
  const current = await readFile(url, 'utf8').catch(() => '')
  const wanted = render(current)
  if (wanted === current) continue
  stale.push(file)
  if (!check) await writeFile(url, wanted)
}
if (check && stale.length > 0) {
  process.stderr.write(`Out of date: ${stale.join(', ')}. Run "npm run docs" and commit what it writes.\n`)
  process.exitCode = 1
}
