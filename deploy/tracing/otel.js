// Sends the bridge's spans by OTLP, to where the standard variables say (OTEL_EXPORTER_OTLP_ENDPOINT and the others):
//
//   node --import ./deploy/tracing/otel.js src/main.ts serve --config bridge.yaml
//
// Needs the package @opentelemetry/sdk-node, installed beside the bridge: they have to share one @opentelemetry/api.
// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
import { NodeSDK } from '@opentelemetry/sdk-node'

process.env.OTEL_SERVICE_NAME ??= 'gemini-event-bridge'
// By default the request's traceparent decides what is sampled, and strangers can send one.
process.env.OTEL_TRACES_SAMPLER ??= 'always_on'
// All but the process: a command line may hold a secret.
process.env.OTEL_NODE_RESOURCE_DETECTORS ??= 'env,host,os,serviceinstance'

// The bridge makes its spans itself. Add no instrumentation of HTTP or Fastify: those export the query string, and the
// callback token is in it. Metrics are Prometheus's, and the log is on standard error.
const sdk = new NodeSDK({ metricReaders: [], logRecordProcessors: [] })
sdk.start()

// After SIGTERM, once the bridge has drained. It ends half a second later in any case.
process.once('beforeExit', () => void sdk.shutdown())
