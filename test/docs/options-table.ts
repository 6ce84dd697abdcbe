import type { AdapterDefinition } from '../../src/adapter.ts'
import { optionVariables } from '../../src/config/option-variables.ts'
import { shapeOf } from '../../src/config/shape.ts'
import { optionRows } from './configuration-table.ts'
import { table } from './table.ts'

/** Every option of an adapter, with its environment variable, its default and its description, from its schema. */
export function optionsTable(definition: AdapterDefinition): string {
  const variables = new Map(optionVariables(definition).map(({ name, path }) => [path.join('.'), name]))
  const options = optionRows(shapeOf(definition.options))
  if (options.length === 0) return 'No options.'
  return table(
    ['option', 'variable', 'default', 'meaning'],
    options.map(([key = '', standard = '', meaning = '']) => {
      const variable = variables.get(key.replaceAll('`', ''))
      return [key, variable === undefined ? '' : `\`${variable}\``, standard, meaning]
    })
  )
}
