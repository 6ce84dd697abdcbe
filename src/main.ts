#!/usr/bin/env node
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { Io } from './cli/io.ts'
import { addWebhooks } from './cli/webhooks.ts'
import { ConfigError } from './errors.ts'

const EXIT = { done: 0, fault: 1, usage: 2, bug: 70 } as const

const { version } = createRequire(import.meta.url)('gemini-event-bridge/package.json') as { version: string }
const stopping = new AbortController()
const io: Io = {
  env: process.env,
  directory: process.cwd(),
  version,
  command: import.meta.filename.endsWith('.ts') ? 'npm run -s bridge --' : 'npx gemini-event-bridge',
  stdout: process.stdout,
  stderr: process.stderr,
  stop: stopping.signal,
  onHangup: listener => process.on('SIGHUP', listener),
  onWarning: listener => process.removeAllListeners('warning').on('warning', listener)
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (stopping.signal.aborted) process.exit(128 + constants.signals[signal])
    stopping.abort(signal)
  })
}

process.on('uncaughtException', crash).on('unhandledRejection', crash)
// Whoever read our output has read enough.
process.stdout.on('error', error => {
  if ('code' in error && error.code === 'EPIPE') process.exit()
  crash(error)
})

const configOption = () =>
  new Option(
    '-c, --config <file>',
    'the configuration (YAML); without it, BRIDGE_CONFIG or environment variables alone'
  )

const program = new Command('gemini-event-bridge')
  .description('Takes Gemini completion webhooks, verifies them, and publishes them as CloudEvents.')
  .version(version)
  .exitOverride()
  .configureHelp({ showGlobalOptions: true })

program
  .command('serve')
  .description('run the bridge (the default)')
  .addOption(configOption())
  .action(async options => exit(await (await import('./cli/serve.ts')).serve(options, io)))

program
  .command('dev')
  .description('try it here: the bridge, printing CloudEvents, and a stand-in for Gemini that sends samples')
  .option('--rate <n>', 'samples a second (0 to 1000) to every webhook that is registered at the stand-in', rate, 0)
  .action(async options => exit(await (await import('./cli/dev.ts')).dev(options, io)))

program
  .command('init')
  .description('write a configuration: five questions, on a terminal, unless flags answer them')
  .addOption(
    new Option('--webhooks <kind>', 'which webhooks: of the project, of single requests').choices([
      'static',
      'dynamic',
      'both'
    ])
  )
  .option('--project <id>', "the Gemini project, for the events' source")
  .option('--adapter <name>', 'where events go: a built-in adapter, a package, or a path')
  .addOption(
    new Option('--option <key=value>', "one of the adapter's options (may be repeated)")
      .argParser(collect)
      .default([], 'none')
  )
  .addOption(
    new Option('--secrets <place>', 'where signing secret and callback token are kept').choices(['file', 'env'])
  )
  .option('--out <file>', 'the file to write; - is standard output', 'bridge.yaml')
  .option('--force', 'replace the file if it is there; secrets are never replaced')
  .action(async options => exit(await (await import('./cli/init.ts')).init(options, { ...io, stdin: process.stdin })))

program
  .command('check')
  .description('show what the configuration means, or everything that is wrong with it')
  .addOption(configOption())
  .option('--schema', "print the configuration's JSON Schema")
  .option('--event <file>', "show where an event goes, a webhook's body or a CloudEvent (JSON); - is standard input")
  .addOption(
    new Option('--connect', 'connect to every destination, key set and Redis, and show what is found').conflicts([
      'schema',
      'event'
    ])
  )
  .addHelpText(
    'after',
    `
--connect prints its findings in place of the configuration. It publishes nothing and changes nothing, takes ten
seconds at most, and ends with 1 if anything is at fault. What is not known with the bridge's permissions is no fault.`
  )
  .action(async options => exit(await (await import('./cli/check.ts')).check(options, { ...io, stdin: process.stdin })))

program
  .command('send')
  .description('act as Gemini: sign an event and post it')
  .option('--url <url>', 'the endpoint', 'http://127.0.0.1:8080/webhooks/gemini')
  .option('--type <type>', "the event's type", 'batch.succeeded')
  .option('--data <file>', "JSON file with the event's data")
  .addOption(
    new Option('--metadata <key=value>', 'an entry of user_metadata (may be repeated)')
      .argParser(collect)
      .default([], 'none')
  )
  .option('--secret <secret>', 'the signing secret (default: GEMINI_WEBHOOK_SECRET)')
  .addOption(new Option('--scheme <scheme>', 'how to sign').choices(['static', 'dynamic']).default('static'))
  .option('--key <file>', 'Ed25519 private key, PEM or JWK, for --scheme dynamic')
  .option('--id <id>', 'the webhook-id (default: a fresh one)')
  .option('--count <n>', 'how many events', count, 1)
  .option('--concurrency <n>', 'how many at once', count, 1)
  .option('--retry', 'redeliver as Gemini does, until it is acknowledged')
  .action(async options => exit(await (await import('./cli/send.ts')).send(options, io)))

program
  .command('redrive')
  .description('publish dead letters and fallback events to where they belong')
  .argument('<file>', 'the structured events, one a line; - is standard input')
  .addOption(configOption())
  .option('--left <file>', 'a new file for the lines that were not published, as they are: for the next try')
  .option('--wait <duration>', 'how long to wait for a destination that is unavailable', '30s')
  .addHelpText(
    'after',
    `
Standard output has a line for each event: line, id, destination, outcome, reason; then a summary.
Whatever is read again is published again, and events of one partition key may change places: consumers
deduplicate by source and id. A signal stops it: what is in flight is finished, the rest is not tried.
It ends with 0 if every event was published, and with 1 otherwise.`
  )
  .action(async (file, options) => {
    // Unless it comes to its end: whoever reads the ledger may go away.
    process.exitCode = EXIT.fault
    exit(await (await import('./cli/redrive.ts')).redrive({ file, ...options }, { ...io, stdin: process.stdin }))
  })

// Unless it comes to its end: whoever should read a secret may go away.
addWebhooks(program, io, exit).hook('preAction', () => {
  process.exitCode = EXIT.fault
})

for (const command of program.commands) command.exitOverride().allowExcessArguments(false)

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value]
}

function count(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1.')
  return value
}

function rate(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 1000) throw new InvalidArgumentError('It must be a whole number from 0 to 1000.')
  return value
}

/** A fault that nobody foresaw: says so, and ends at once, since nobody knows what still works. */
function crash(error: unknown): void {
  const text = error instanceof Error ? error.stack : String(error)
  process.stderr.write(`gemini-event-bridge ${version} failed in a way it should not; please report this:\n${text}\n`)
  process.exit(EXIT.bug)
}

/** Ends with this code: by itself, or a little later if an adapter has left something open. */
function exit(code: number): void {
  process.exitCode = code
  setTimeout(() => process.exit(), 500).unref()
}

// Not commander's own default command: that would take a misspelt command for its argument.
const args = process.argv.slice(2)
const [first] = args
if (first === undefined || (first.startsWith('-') && !/^(-h|--help|-V|--version)$/.test(first))) args.unshift('serve')

try {
  await program.parseAsync(args, { from: 'user' })
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has already printed what it has to say; help and version are no errors.
    exit(error.exitCode === 0 ? EXIT.done : EXIT.usage)
  } else if (error instanceof ConfigError) {
    process.stderr.write(`${error.message}\n`)
    exit(EXIT.fault)
  } else crash(error)
}
