import { resolve } from 'node:path'
import type { CodeSplittingGroup, Plugin } from 'rolldown'

/**
 * One file for what is always loaded together, in place of one for each set of modules that several commands share: the
 * start of `serve` counts. `core` is what `gemini-event-bridge/adapter` needs; an adapter of one's own shares it with the
 * bridge, its classes too.
 */
export function chunkGroups(): { readonly plugin: Plugin; readonly groups: CodeSplittingGroup[] } {
  const imports = new Map<string, readonly string[]>()
  const reached = new Map<string, Set<string>>()
  /** What a module imports, and what that imports, dynamic imports apart. */
  const reachedBy = (file: string) => {
    const ids = reached.get(file) ?? new Set([resolve(file)])
    if (!reached.has(file)) for (const id of ids) for (const next of imports.get(id) ?? []) ids.add(next)
    reached.set(file, ids)
    return ids
  }
  const isOf = (client: string) => (id: string) =>
    ['', '/sasl'].some(part => reachedBy(`adapters/kafka/${client}${part}.ts`).has(id))
  const [isOfKafkajs, isOfPlatformatic] = [isOf('kafkajs'), isOf('platformatic')]
  const plugin: Plugin = {
    name: 'chunk-groups',
    moduleParsed: ({ id, importedIds }) => void imports.set(id, importedIds)
  }
  const groups: CodeSplittingGroup[] = [
    { name: 'core', test: id => id.startsWith('\0') || reachedBy('src/adapter.ts').has(id) },
    { name: 'lane', test: /\/adapters\/lane\// },
    { name: 'bridge', test: id => reachedBy('src/cli/serve.ts').has(id) },
    { name: 'commands', test: id => reachedBy('src/main.ts').has(id) },
    // Kafka has two clients, of which one is loaded.
    { name: 'kafka', test: id => reachedBy('adapters/kafka.ts').has(id) || (isOfKafkajs(id) && isOfPlatformatic(id)) },
    { name: 'kafkajs', test: isOfKafkajs },
    { name: 'platformatic', test: isOfPlatformatic }
  ]
  return { plugin, groups: groups.map((group, index) => ({ ...group, priority: groups.length - index })) }
}
