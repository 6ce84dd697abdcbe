import type { AdapterDefinition } from '../../adapter.ts'
import { coerce } from '../../config/coerce.ts'
import { suggestion } from '../../config/nearest.ts'
import { type OptionVariable, optionVariables } from '../../config/option-variables.ts'
import { isSecret, schemasAt, shapeOf } from '../../config/shape.ts'
import { type Path, valueAt, withValue } from '../../config/tree.ts'
import type { Problem } from '../../errors.ts'

/** An adapter's options, as they are written in the file. */
export type OptionTree = Readonly<Record<string, unknown>>

/**
 * Reads `key=value` entries: `tls.ca=ca.pem` is the option `ca` of `tls`. Items of a list have commas between them, or
 * come one by one; of anything else the last one counts.
 * @returns the options, numbers and booleans as such, and what is wrong with their form
 */
export function readOptions(
  definition: AdapterDefinition,
  entries: readonly string[]
): { readonly options: OptionTree; readonly problems: readonly Problem[] } {
  const variables = optionVariables(definition)
  const known = variables.map(({ path }) => path.join('.'))
  const problems: Problem[] = []
  const values = new Map<OptionVariable, string[]>()
  for (const entry of entries) {
    const [, key = '', value = ''] = /^([^=]*)=(.*)$/s.exec(entry) ?? []
    const variable = variables[known.indexOf(key)]
    const place = key === '' ? '--option' : `--option ${key}`
    if (key === '') problems.push({ place, fault: 'must be key=value', example: '--option topic=gemini-events' })
    else if (variable === undefined) {
      const fault = `is no option of ${definition.name} that can be given here; write it into the file, or correct it: ${suggestion(key, known)}`
      problems.push({ place, fault })
    } else if (isSecretAt(definition, variable.path) && !value.includes('${')) {
      const fault = 'is a secret, and must be a reference: the configuration may be read by many'
      problems.push({ place, fault, example: `--option '${key}=\${env:${variable.name}}'` })
    } else values.set(variable, [...(values.get(variable) ?? []), value])
  }
  for (const { path } of values.keys()) {
    const within = [...values.keys()].find(other => other.path.length > path.length && startsWith(other.path, path))
    if (within === undefined) continue
    const fault = `cannot stand beside ${within.path.join('.')}, which is a part of it. Give one of them`
    problems.push({ place: `--option ${path.join('.')}`, fault })
  }
  const written = [...values].reduce<unknown>((tree, [{ path, separator }, texts]) => {
    const items = texts.flatMap(text => (separator === undefined ? text : text.split(separator).filter(Boolean)))
    return withValue(tree, path, separator === undefined ? items.at(-1) : items)
  }, {})
  return { options: coerce(written, shapeOf(definition.options)) as OptionTree, problems }
}

/** The options with a reference to its environment variable for each required secret that is not among them. */
export function withSecretsReferred(definition: AdapterDefinition, options: OptionTree): OptionTree {
  const { required = [] } = shapeOf(definition.options)
  const missing = optionVariables(definition).filter(
    ({ path }) =>
      path.length === 1 &&
      required.includes(String(path[0])) &&
      isSecretAt(definition, path) &&
      valueAt(options, path) === undefined
  )
  return missing.reduce<unknown>(
    (tree, { name, path }) => withValue(tree, path, `\${env:${name}}`),
    options
  ) as OptionTree
}

function isSecretAt({ options }: AdapterDefinition, path: Path): boolean {
  return schemasAt(shapeOf(options), path).some(isSecret)
}

function startsWith(path: Path, beginning: Path): boolean {
  return beginning.every((key, index) => path[index] === key)
}
