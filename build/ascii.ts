import type { Plugin } from 'rolldown'

/** Escapes what is not ASCII: with a single such character, Node keeps two bytes for each of a whole file. */
export const ascii: Plugin = {
  name: 'ascii',
  renderChunk: code => code.replace(/[^\0-\x7f]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
