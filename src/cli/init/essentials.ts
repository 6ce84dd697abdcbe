import type { AdapterDefinition } from '../../adapter.ts'
import { optionVariables } from '../../config/option-variables.ts'
import { isSecret, schemasAt, shapeOf } from '../../config/shape.ts'

/** An option that says where events go. */
export interface Essential {
  readonly key: string
  readonly isRequired: boolean
  readonly description: string | undefined
  /** As one would type it; a list has commas between its items. */
  readonly example: string | undefined
}

/**
 * The options to ask for: those that the adapter cannot do without, or else its first, which is where it publishes to.
 * A secret is none: it is referred to, not typed.
 */
export function essentials(definition: AdapterDefinition): Essential[] {
  const shape = shapeOf(definition.options)
  const { properties = {}, required = [] } = shape
  const typed = optionVariables(definition).filter(
    ({ path }) => path.length === 1 && !schemasAt(shape, path).some(isSecret)
  )
  const keys = required.length > 0 ? required : Object.keys(properties).slice(0, 1)
  return keys
    .filter(key => typed.some(({ path: [name] }) => name === key))
    .map(key => {
      const said = schemasAt(shape, [key])
      const [standard] = said.flatMap(({ default: value }) => (value === undefined ? [] : [value]))
      const [example] = said.flatMap(({ examples = [] }) => examples)
      const [description] = said.flatMap(({ description = [] }) => description)
      return { key, isRequired: required.includes(key), description, example: asTyped(standard ?? example) }
    })
}

/** A value as one would type it; undefined if one would not. */
export function asTyped(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.map(String).join(',')
  return value === undefined || typeof value === 'object' ? undefined : String(value)
}
