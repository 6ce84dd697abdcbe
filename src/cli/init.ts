import { access, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { loadConfig } from '../config/load.ts'
import { ConfigError } from '../errors.ts'
import { complete } from './init/answers.ts'
import { ask } from './init/ask.ts'
import { configurationOf, type KeptSecret, secretsOf } from './init/configuration.ts'
import { type Flags, readFlags } from './init/flags.ts'
import { nextSteps } from './init/next-steps.ts'
import { unsetVariables } from './init/option-problems.ts'
import { isTerminal, type Terminal } from './init/prompter.ts'
import { renderConfiguration } from './init/render.ts'
import { schemaPath } from './init/schema-path.ts'
import { findSecretFile, makeSecretFile, type SecretFile } from './init/secret-file.ts'
import type { Io } from './io.ts'

/** The command line of `init`. */
export interface InitOptions extends Flags {
  /** The configuration to be written; `-` is standard output. */
  readonly out: string
  /** Replace a configuration that is there. Secrets never are. */
  readonly force?: boolean
}

/**
 * Writes a configuration that `check` passes, made of what flags say and whoever is at the terminal answers; and, where
 * secrets are kept in files, those that are not there yet, with fresh values.
 * @returns the exit code: 1 if the questions were not answered, and then nothing is written
 * @throws {ConfigError} when a flag is wrong or missing, or a file cannot be written
 */
export async function init(options: InitOptions, io: Io & Terminal): Promise<number> {
  const { out, force = false } = options
  const { env, stdout, stderr, command } = io
  const isData = out === '-'
  const file = isData ? 'bridge.yaml' : out
  const fileOf = (secret: KeptSecret) => join(dirname(file), secret.file)
  const path = resolve(io.directory, file)
  const directory = dirname(path)
  if (!isData && !force) await refuseIfThere(path, out)

  const surroundings = { env, directory }
  const { given, wrong, missing } = await readFlags(options, surroundings)
  const problems = isTerminal(io) ? wrong : [...wrong, ...missing]
  if (problems.length > 0) throw new ConfigError(problems)
  const answers = isTerminal(io) ? await ask(given, surroundings, io) : complete(given)
  if (answers === undefined) {
    stderr.write('Nothing has been written.\n')
    return 1
  }
  const secretFiles = await Promise.all(
    answers.secrets === 'file'
      ? secretsOf(answers).map(secret => findSecretFile(secret, fileOf(secret), io.directory))
      : []
  )
  const text = renderConfiguration(answers, schemaPath(directory))
  if (isData) stdout.write(text)
  else await write(path, text, { out, force })
  for (const file of secretFiles.filter(({ isKept }) => !isKept)) await makeSecretFile(file)

  stderr.write(`${[...reportOn(out, secretFiles)].join('\n')}\n\n`)
  const unset = unsetVariables(configurationOf(answers), env)
  // What only the environment can make wrong, such as PORT, is found as `check` would find it.
  if (!isData && unset.length === 0) await loadConfig({ env, directory: io.directory, file: out })
  stderr.write(nextSteps({ webhooks: answers.webhooks, file, secretFiles, unset }, command))
  return 0
}

function* reportOn(out: string, files: readonly SecretFile[]) {
  if (out !== '-') yield `${out} is written.`
  for (const { secret, name, isKept } of files) {
    yield `${name} ${isKept ? `is as it was: it has a ${secret.name}` : `has a fresh ${secret.name}`}. Keep it out of version control.`
  }
}

async function refuseIfThere(path: string, out: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false
  )
  if (isThere) throw existing(out)
}

async function write(path: string, text: string, { out, force }: { readonly out: string; readonly force: boolean }) {
  await writeFile(path, text, { flag: force ? 'w' : 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') throw existing(out)
    const fault = `${out} cannot be written (${error.code}). Name a file in a folder that is there and can be written`
    throw new ConfigError([{ place: '--out', fault, example: '--out bridge.yaml' }], { cause: error })
  })
}

function existing(out: string): ConfigError {
  return new ConfigError([
    { place: '--out', fault: `${out} is there already. Name another file, or replace it with --force` }
  ])
}
