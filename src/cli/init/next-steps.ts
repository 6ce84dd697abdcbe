import type { Webhooks } from './answers.ts'
import { CALLBACK_TOKEN, type KeptSecret, SIGNING_SECRET } from './configuration.ts'
import type { SecretFile } from './secret-file.ts'

/** What there is now. */
export interface Written {
  readonly webhooks: Webhooks
  /** The configuration, as one names it from the working directory. */
  readonly file: string
  /** None where secrets are kept in variables. */
  readonly secretFiles: readonly SecretFile[]
  /** The environment variables that the configuration refers to and that are not set. */
  readonly unset: readonly string[]
}

/** How a shell makes a value for a variable. */
const MAKING: Readonly<Record<string, string>> = {
  [SIGNING_SECRET.variable]: '"whsec_$(openssl rand -base64 32)"',
  [CALLBACK_TOKEN.variable]: '"$(openssl rand -hex 16)"'
}

/**
 * What to do now, for people.
 * @param command how this program is called
 */
export function nextSteps({ webhooks, file, secretFiles, unset }: Written, command: string): string {
  const config = `--config ${quote(file)}`
  const fileOf = (secret: KeptSecret) => secretFiles.find(file => file.secret === secret)
  const inShell = (secret: KeptSecret) => {
    const name = fileOf(secret)?.name
    return name === undefined ? `$${secret.variable}` : `$(cat ${quote(name)})`
  }
  const signing = fileOf(SIGNING_SECRET)
  const setting = unset.map(name => `export ${name}=${MAKING[name] ?? '…'}`)
  const trying = [
    `${command} check ${config}`,
    `${command} serve ${config}`,
    ...(webhooks === 'dynamic' ? [] : [`${command} send${signing ? ` --secret "${inShell(SIGNING_SECRET)}"` : ''}`])
  ]
  const registering = [
    'export GEMINI_API_KEY=…',
    `${command} webhooks create --url https://bridge.example.com ${config}${signing ? '' : ' --secret-file gemini-secret'}`
  ]
  const afterwards =
    signing === undefined
      ? `It puts Gemini's secret into gemini-secret: ${SIGNING_SECRET.variable} is to be that.`
      : `It puts Gemini's secret first in ${signing.name}.${signing.isKept ? '' : ' Then remove the line below it, which was for trying.'}`
  return [
    ...(setting.length === 0 ? [] : ['Set what it refers to, here and wherever it runs:', block(setting)]),
    webhooks === 'dynamic'
      ? 'See what it means, and run it:'
      : 'See what it means, run it, and, in a second terminal, send it an event as Gemini would:',
    block(trying),
    ...(webhooks === 'dynamic'
      ? []
      : ['Once it can be reached from the internet, register it:', block(registering), `${afterwards}\n`]),
    ...(webhooks === 'static'
      ? []
      : [
          'Requests name it in webhook_config.uris, by its public address and with the callback token:',
          block([`https://bridge.example.com${CALLBACK_TOKEN.path}?token=${inShell(CALLBACK_TOKEN)}`])
        ])
  ].join('\n')
}

function block(lines: readonly string[]): string {
  return `\n${lines.map(line => `  ${line}\n`).join('')}`
}

/** For a shell, as one word. */
function quote(word: string): string {
  return /^[\w./@%+=:,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
