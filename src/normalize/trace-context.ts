/** The request's W3C trace context, as CloudEvents extensions; empty when the request has none that is valid. */
export interface TraceContext {
  readonly traceparent?: string
  readonly tracestate?: string
}

const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(-[!-~]*)?$/
const KEY = '[a-z\\d][a-z\\d_\\-*/@]{0,255}'
const VALUE = '[\\x20-\\x2b\\x2d-\\x3c\\x3e-\\x7e]{0,255}[\\x21-\\x2b\\x2d-\\x3c\\x3e-\\x7e]'
const MEMBER = new RegExp(`^${KEY}=${VALUE}$`)

/**
 * Reads `traceparent` and `tracestate`. What is not valid is left out; a `tracestate` without a valid `traceparent` too.
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function readTraceContext(headers: NodeJS.Dict<string | string[]>): TraceContext {
  const { traceparent, tracestate } = headers
  if (typeof traceparent !== 'string' || !TRACEPARENT.test(traceparent)) return {}
  // Version 00 has exactly four fields; only later versions may have more.
  if (traceparent.length > 512 || (traceparent.startsWith('00') && traceparent.length !== 55)) return {}
  if (typeof tracestate !== 'string' || !isTraceState(tracestate)) return { traceparent }
  // Between members a tab is as good as a space, and CloudEvents has no control characters in attributes.
  return { traceparent, tracestate: tracestate.replaceAll('\t', ' ') }
}

function isTraceState(text: string): boolean {
  if (text.length > 512) return false
  const members = text
    .split(',')
    .map(member => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter(Boolean)
  const keys = new Set(members.map(member => member.slice(0, member.indexOf('='))))
  return (
    members.length > 0 && members.length <= 32 && keys.size === members.length && members.every(m => MEMBER.test(m))
  )
}
