import type { Plugin } from 'rolldown'

const API = '@opentelemetry/api'
const CHOICE = '\0open-telemetry'
const INSTALLED = '\0installed'

/**
 * OpenTelemetry's API: the one that is installed, where an operator's SDK has been preloaded and registered with it (that
 * shows in its global); otherwise the same from the bundle, which has nothing to look up.
 */
export const openTelemetry: Plugin = {
  name: 'open-telemetry',
  resolveId: {
    order: 'pre',
    handler(source, importer) {
      if (source === INSTALLED) return { id: API, external: true }
      return source === API && importer !== CHOICE ? CHOICE : undefined
    }
  },
  load: id =>
    id === CHOICE
      ? {
          code: `module.exports = Symbol.for('opentelemetry.js.api.1') in globalThis ? require('${INSTALLED}') : require('${API}')`,
          moduleType: 'js'
        }
      : undefined
}
