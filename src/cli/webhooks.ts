import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Io } from './io.ts'
import type { Context } from './webhooks/context.ts'

/** Runs a command, and ends the process with its exit code. */
type Run = (command: (context: Context) => Promise<number>) => Promise<void>

/**
 * Adds the commands that manage what is registered at the Gemini API.
 * @param exit ends the process with this code
 */
export function addWebhooks(parent: Command, io: Io, exit: (code: number) => void): Command {
  const run: Run = async command => exit(await (await import('./webhooks/run.ts')).runWith(io, command))
  const webhooks = parent
    .command('webhooks')
    .description('register, rotate, and look after the webhooks of the project, at the Gemini API')
    .addHelpText('after', HELP)
  addCreate(webhooks, run)
  addRotate(webhooks, run)
  addLooks(webhooks, run)
  addChanges(webhooks, run)
  for (const command of webhooks.commands) command.allowExcessArguments(false)
  return webhooks
}

const HELP = `
GEMINI_API_KEY is a key of the project whose webhooks they are. GOOGLE_GEMINI_BASE_URL is another address of the
Gemini API than https://generativelanguage.googleapis.com. A signing secret is shown by create and rotate alone.`

const ID = 'as list shows it'
const secretFileOption = () =>
  new Option('--secret-file <file>', 'a file for the signing secret alone, with mode 0600; what it held is replaced')

function addCreate(webhooks: Command, run: Run): void {
  webhooks
    .command('create')
    .description('register a webhook, and keep its signing secret')
    .requiredOption('--url <url>', "where Gemini delivers to: the endpoint's URL; with --config, its origin will do")
    .option(
      '-c, --config <file>',
      'the configuration: the new secret goes first into the file that its newest secret refers to'
    )
    .option('--events <types>', 'event types with commas between them (default: all)')
    .option('--name <name>', 'what it is called in lists')
    .addOption(secretFileOption())
    .action(options => run(async context => (await import('./webhooks/create.ts')).create(options, context)))
}

function addRotate(webhooks: Command, run: Run): void {
  webhooks
    .command('rotate')
    .description('make a new signing secret, and keep it')
    .argument('<id>', ID, parseId)
    .addOption(
      new Option('--revoke <when>', 'when those before it end')
        .choices(['immediately', 'after-24h'])
        .default('after-24h')
    )
    .addOption(
      new Option(
        '-c, --config <file>',
        'the configuration: the new secret goes into the file that its newest secret refers to, and what was there below it, or into the file of the second secret'
      ).conflicts('secretFile')
    )
    .addOption(secretFileOption())
    .action((id, options) => run(async context => (await import('./webhooks/rotate.ts')).rotate(id, options, context)))
}

function addLooks(webhooks: Command, run: Run): void {
  webhooks
    .command('list')
    .description('show all webhooks, and how to enable those that Gemini has disabled')
    .option('--json', 'as one JSON array, as Gemini gives them')
    .action(options => run(async context => (await import('./webhooks/list.ts')).list(options, context)))
  webhooks
    .command('get')
    .description('show one webhook')
    .argument('<id>', ID, parseId)
    .option('--json', 'as JSON, as Gemini gives it')
    .action((id, options) => run(async context => (await import('./webhooks/get.ts')).get(id, options, context)))
  webhooks
    .command('ping')
    .description('have Gemini send a ping')
    .argument('<id>', ID, parseId)
    .action(id => run(async context => (await import('./webhooks/ping.ts')).ping(id, context)))
}

function addChanges(webhooks: Command, run: Run): void {
  webhooks
    .command('update')
    .description('change a webhook')
    .argument('<id>', ID, parseId)
    .option('--url <url>', 'where Gemini delivers to')
    .option('--events <types>', 'event types with commas between them')
    .option('--name <name>', 'what it is called in lists')
    .addOption(new Option('--state <state>', 'whether Gemini delivers to it').choices(['enabled', 'disabled']))
    .action((id, options, command: Command) => {
      if (Object.keys(options).length === 0) {
        command.error('error: there is nothing to change. Give --url, --events, --name or --state.')
      }
      return run(async context => (await import('./webhooks/update.ts')).update(id, options, context))
    })
  webhooks
    .command('delete')
    .description('delete a webhook, without asking')
    .argument('<id>', ID, parseId)
    .action(id => run(async context => (await import('./webhooks/delete.ts')).remove(id, context)))
}

/** Some ids would be something else in a path. */
function parseId(text: string): string {
  if (/^(webhooks\/)?(\.{0,2})$/.test(text))
    throw new InvalidArgumentError('It must be an id, as "webhooks list" shows it.')
  return text
}
