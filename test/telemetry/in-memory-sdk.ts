import { NodeSDK } from '@opentelemetry/sdk-node'
import { AlwaysOnSampler, InMemorySpanExporter, type Sampler, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import { afterAll, beforeEach } from 'vitest'

type Span = ReturnType<InMemorySpanExporter['getFinishedSpans']>[number]

/** Spans that have ended, oldest first. */
export interface Spans {
  readonly all: readonly Span[]
  /** The one with this name; fails unless there is exactly one. */
  one(name: string): Span
  /** Names, each with the name of its parent, or with its parent's id where that is not among them. */
  tree(): readonly string[]
}

/** Registers an OpenTelemetry SDK for the tests of one file; each test begins without spans. */
export function startInMemorySdk(sampler: Sampler = new AlwaysOnSampler()): Spans {
  const exporter = new InMemorySpanExporter()
  const sdk = new NodeSDK({
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
    sampler,
    autoDetectResources: false,
    metricReaders: [],
    logRecordProcessors: []
  })
  sdk.start()
  beforeEach(() => exporter.reset())
  afterAll(() => sdk.shutdown())

  const named = (name: string) => exporter.getFinishedSpans().filter(span => span.name === name)
  const parentOf = ({ parentSpanContext: parent }: Span) =>
    exporter.getFinishedSpans().find(span => span.spanContext().spanId === parent?.spanId)?.name ?? parent?.spanId
  return {
    get all() {
      return exporter.getFinishedSpans()
    },
    one(name) {
      const [span, ...others] = named(name)
      if (span === undefined || others.length > 0) throw new Error(`${named(name).length} spans are named "${name}"`)
      return span
    },
    tree: () =>
      exporter
        .getFinishedSpans()
        .map(span => `${span.name} < ${parentOf(span) ?? 'nothing'}`)
        .sort()
  }
}
