import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** A span, as OTLP's JSON has it, with its attributes as an object. */
export interface ExportedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  /** 1: internal, 2: server, 4: producer. */
  readonly kind: number
  /** Code 2: error. */
  readonly status: { readonly code?: number; readonly message?: string }
  readonly attributes: Readonly<Record<string, string | number>>
}

/** A collector on a port of its own. */
export interface OtlpReceiver {
  readonly url: string
  /** The environment of a program that exports to it, and only when it ends. */
  readonly env: Readonly<Record<string, string>>
  /** All that was exported, byte for byte. */
  readonly bytes: string
  readonly spans: readonly ExportedSpan[]
  /** What the spans come from. */
  readonly resource: Readonly<Record<string, string | number>>
  close(): Promise<void>
}

interface Value {
  readonly stringValue?: string
  readonly intValue?: number
}
type Attributes = readonly { readonly key: string; readonly value: Value }[]
interface Request {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Attributes }
    readonly scopeSpans: readonly { readonly spans: readonly (ExportedSpan & { readonly attributes: Attributes })[] }[]
  }[]
}

/** Receives spans by OTLP over HTTP, in JSON. @see https://opentelemetry.io/docs/specs/otlp/#otlphttp */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    if (request.url === '/v1/traces') bodies.push(String(await buffer(request)))
    else response.statusCode = 404
    response.end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const resources = () => bodies.flatMap(body => (JSON.parse(body) as Request).resourceSpans)
  return {
    url,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '600000'
    },
    get bytes() {
      return bodies.join('\n')
    },
    get spans() {
      const spans = resources().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
      return spans.map(span => ({ ...span, attributes: toObject(span.attributes) }))
    },
    get resource() {
      return toObject(resources().flatMap(({ resource }) => resource.attributes))
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
}

function toObject(attributes: Attributes): Record<string, string | number> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? '']))
}
