import { setImmediate } from 'node:timers/promises'
import { ConfigError } from '../errors.ts'
import type { Config } from './config.ts'
import { readText } from './file-text.ts'
import { readSource, type Sources, toConfig } from './load.ts'

/** A configuration whose files can be read again: those that `${file:…}` refers to, and not the configuration itself. */
export interface LiveConfig {
  /** As it was last accepted. */
  readonly config: Config
  /** The files that it refers to, as absolute paths. */
  readonly files: readonly string[]
  /**
   * Reads all files again. One that cannot be read, or whose new value makes the configuration a faulty one, keeps its
   * last value. Not to be called again before it has settled.
   */
  reload(): Promise<Reloaded>
}

export interface Reloaded {
  readonly config: Config
  /** The files whose new values have been taken. */
  readonly taken: readonly string[]
  /** The files that keep their last value, and why. No value is shown. */
  readonly kept: ReadonlyMap<string, string>
}

/** @throws {ConfigError} as `loadConfig` */
export async function openConfig(sources: Sources): Promise<LiveConfig> {
  const source = await readSource(sources)
  const texts = new Map<string, string>()
  let config = await toConfig(source, async path => {
    const read = await readText(path)
    if (read.text !== undefined) texts.set(path, read.text)
    return read
  })

  const attempt = async (changes: ReadonlyMap<string, string>): Promise<string | undefined> => {
    try {
      config = await toConfig(source, async path => ({ text: changes.get(path) ?? texts.get(path) ?? '' }))
      for (const [path, text] of changes) texts.set(path, text)
      return undefined
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      return error.problems.map(({ place, fault }) => `${place}: ${fault}`).join('; ')
    }
  }

  return {
    get config() {
      return config
    },
    files: [...texts.keys()],
    async reload() {
      const changes = new Map<string, string>()
      const kept = new Map<string, string>()
      for (const path of texts.keys()) {
        const { text, fault } = await readText(path)
        if (text === undefined) kept.set(path, `the file ${fault}`)
        else if (text !== texts.get(path)) changes.set(path, text)
      }
      // Together, since they may only make sense together; if that fails, whatever is right by itself.
      if (changes.size > 0 && (await attempt(changes)) !== undefined) {
        for (const change of [...changes]) {
          // Each takes as long as the configuration is large, and webhooks are not to wait for all of them.
          await setImmediate()
          const fault = await attempt(new Map([change]))
          if (fault === undefined) continue
          changes.delete(change[0])
          kept.set(change[0], fault)
        }
      }
      return { config, taken: [...changes.keys()], kept }
    }
  }
}
