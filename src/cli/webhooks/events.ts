import { suggestion } from '../../config/nearest.ts'
import { subscribableTypes } from '../../gemini/webhook.ts'

/**
 * Reads `--events`: types with commas between them, each once.
 * @throws {Error} naming those that nobody can subscribe to
 */
export function parseEvents(text: string): readonly string[] {
  const types = [...new Set(text.split(',').map(type => type.trim()))]
  const unknown = types.filter(type => !(subscribableTypes as readonly string[]).includes(type))
  if (unknown.length === 0) return types
  const named = unknown.map(type => `"${type}" (${suggestion(type, subscribableTypes)})`).join(', ')
  throw new Error(`Gemini takes no subscription to ${named}. Name event types with commas between them`)
}

/** Event types as they are shown: `all`, if they are all that can be subscribed to. */
export function showEvents(types: readonly string[]): string {
  const isAll = subscribableTypes.every(type => types.includes(type)) && types.length === subscribableTypes.length
  return isAll ? 'all' : types.join(',')
}
