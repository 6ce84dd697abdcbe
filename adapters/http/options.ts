import { z } from '../../src/adapter.ts'

const URL_ERROR = 'must be an http or https URL without user and fragment; what follows a ? belongs into query'
const QUERY_ERROR = 'must be what follows the ? of the URL: visible ASCII characters but " and #'
const TOKEN_ERROR = 'must be a bearer token: letters, digits and -._~+/, then any =; all else is for headers'
const HEADERS_ERROR = 'must be a mapping of header names to their values'
const VALUE_ERROR = 'must be a text of printable ASCII characters that neither begins nor ends with a space'

/** What the binding, HTTP itself or the trace sets. */
const RESERVED = [
  ...['connection', 'content-encoding', 'content-length', 'content-type', 'expect', 'host', 'keep-alive'],
  ...['proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'traceparent', 'tracestate', 'trailer'],
  ...['transfer-encoding', 'upgrade']
]

/** What is wrong with a header's name, if anything is (RFC 9110, section 5.1). */
function nameFault(name: string, names: readonly string[]): string | undefined {
  const lower = name.toLowerCase()
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return 'must have the name of a header'
  if (lower.startsWith('ce-') || RESERVED.includes(lower)) return 'must be another header: the bridge sets this one'
  if (names.some(other => other !== name && other.toLowerCase() === lower)) return 'must be there only once'
  return undefined
}

const headers = z
  .record(z.string(), z.string({ error: VALUE_ERROR }).regex(/^[!-~]([ -~]*[!-~])?$/, { error: VALUE_ERROR }), {
    error: HEADERS_ERROR
  })
  .check(({ value, issues }) => {
    const names = Object.keys(value)
    for (const name of names) {
      const message = nameFault(name, names)
      if (message !== undefined) issues.push({ code: 'custom', message, path: [name], input: undefined })
    }
  })

export const options = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: URL_ERROR })
      .regex(/^[^@?#\s]*$/, { error: URL_ERROR })
      .describe('Where events are sent. Not a secret: it is shown in logs.')
      .meta({ examples: ['https://events.example.com/gemini'] }),
    query: z
      .string({ error: QUERY_ERROR })
      .regex(/^(?!\?)[!$-~]+$/, { error: QUERY_ERROR })
      .optional()
      .describe('What follows the ? of the URL; a secret, since it often holds one.')
      .meta({ secret: true, examples: ['api-version=2018-01-01'] }),
    contentMode: z
      .enum(['binary', 'structured'], { error: 'must be binary or structured' })
      .default('binary')
      .describe("CloudEvents' content mode: attributes as ce- headers, or the whole event as JSON in the body.")
      .meta({ examples: ['structured'] }),
    token: z
      .string({ error: TOKEN_ERROR })
      .regex(/^[\w.~+/-]+=*$/, { error: TOKEN_ERROR })
      .optional()
      .describe('The bearer token that the bridge is known by (RFC 6750).')
      .meta({ secret: true, examples: [`\${file:/run/secrets/token}`] }),
    headers: headers
      .optional()
      .describe('Headers of every request, such as an API key. All their values are secrets.')
      .meta({ secret: true, examples: [{ 'x-api-key': `\${env:API_KEY}` }] })
  })
  .check(({ value: { token, headers = {} }, issues }) => {
    if (token === undefined) return
    for (const name of Object.keys(headers).filter(name => name.toLowerCase() === 'authorization')) {
      const message = 'must not stand beside token, which sets it'
      issues.push({ code: 'custom', message, path: ['headers', name], input: undefined })
    }
  })

export type HttpOptions = z.output<typeof options>
