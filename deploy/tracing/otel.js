// Sends the bridge's spans by OTLP, to where the standard variables say (OTEL_EXPORTER_OTLP_ENDPOINT and the others):
//
//   NODE_OPTIONS=--import=./deploy/tracing/otel.js npm run -s bridge -- serve --config bridge.yaml
//
// Needs the package @opentelemetry/sdk-node, installed beside the bridge: they have to share one @opentelemetry/api.
// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
import { DiagLogLevel, diag } from '@opentelemetry/api'
import { NodeSDK } from '@opentelemetry/sdk-node'

const { env } = process
env.OTEL_SERVICE_NAME ??= 'gemini-event-bridge'
// By default the request's traceparent decides what is sampled, and strangers can send one. Every webhook is then a trace,
// forged ones too: under a flood, or for less CPU, set traceidratio, and OTEL_TRACES_SAMPLER_ARG to the share to keep.
env.OTEL_TRACES_SAMPLER ??= 'always_on'
// All but the process: a command line may hold a secret.
env.OTEL_NODE_RESOURCE_DETECTORS ??= 'env,host,os,serviceinstance'
// So that little is left to send when the bridge ends.
env.OTEL_BSP_SCHEDULE_DELAY ??= '500'

// What the SDK has to say (such as that the collector refuses spans) goes beside the bridge's log, a JSON line each. Its own
// logger would write to standard output, where the stdout adapter's events are.
const level = DiagLogLevel[env.OTEL_LOG_LEVEL?.toUpperCase()] ?? DiagLogLevel.WARN
delete env.OTEL_LOG_LEVEL
const say =
  severity =>
  (message, ...more) => {
    const line = { severity, time: new Date().toISOString(), message: `OpenTelemetry: ${[message, ...more].join(' ')}` }
    process.stderr.write(`${JSON.stringify(line)}\n`)
  }
const [debug, info, warn, error] = ['DEBUG', 'INFO', 'WARNING', 'ERROR'].map(say)
diag.setLogger({ verbose: debug, debug, info, warn, error }, level)

// The bridge makes its spans itself. Add no instrumentation of HTTP or Fastify: those export the query string, and the
// callback token is in it. Metrics are Prometheus's, and the log is on standard error.
const sdk = new NodeSDK({ metricReaders: [], logRecordProcessors: [] })
sdk.start()

// After SIGTERM, once the bridge has drained. It ends half a second later in any case. A collector that does not take the
// last spans is no reason to fail.
process.once('beforeExit', () => void sdk.shutdown().catch(() => {}))
