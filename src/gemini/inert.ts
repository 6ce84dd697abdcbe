/** Control characters, and those that move or hide their neighbours: what a terminal would act on. */
const ACTIVE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** A text of others with everything that a terminal would act on written out, as JSON does it: `\u001b`. */
export function inert(text: string): string {
  return text.replace(ACTIVE, character =>
    Array.from({ length: character.length }, (_, index) => escapeUnit(character.charCodeAt(index))).join('')
  )
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}
