import type { AdapterDefinition } from '../../adapter.ts'
import { coerce } from '../../config/coerce.ts'
import { resolveReferences, UNRESOLVED } from '../../config/references.ts'
import { shapeOf } from '../../config/shape.ts'
import { mapLeaves, valueAt } from '../../config/tree.ts'
import { validate } from '../../config/validate.ts'
import type { Problem } from '../../errors.ts'
import { asTyped } from './essentials.ts'
import type { OptionTree } from './read-options.ts'

/** What options are understood by: variables, and the folder of the configuration, where relative paths start. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly directory: string
}

/** What is wrong with one of the options, or, where its name is empty, with all of them. */
export interface OptionProblem extends Problem {
  readonly option: string
}

/** What is wrong with options, as flags. What a variable will hold that is not set yet, nobody can say. */
export async function optionProblems(
  definition: AdapterDefinition,
  options: OptionTree,
  { env, directory }: Surroundings
): Promise<OptionProblem[]> {
  const resolved = await resolveReferences(options, { env, directory })
  const shape = shapeOf(definition.options)
  const tree = coerce(resolved.tree, shape)
  const { faults } = validate(definition.options, shape, tree)
  const all = [
    ...resolved.faults.filter(({ path }) => unsetVariables(valueAt(options, path), env).length === 0),
    ...faults.filter(({ path }) => valueAt(tree, path) !== UNRESOLVED)
  ]
  return all.map(({ path, fault, example }) => {
    const key = path.filter(part => typeof part === 'string').join('.')
    const text = asTyped(example)
    return {
      option: String(path[0] ?? ''),
      place: `--option ${key}`.trim(),
      fault,
      ...(text !== undefined && { example: `--option '${key}=${text}'` })
    }
  })
}

/** The variables that are referred to without a default, and are not set. */
export function unsetVariables(tree: unknown, env: Surroundings['env']): string[] {
  const names = new Set<string>()
  mapLeaves(tree, leaf => {
    for (const [, name = ''] of String(leaf).matchAll(/\$\{env:([A-Za-z_]\w*)\}/g)) if (!env[name]) names.add(name)
  })
  return [...names]
}
