import { z } from 'zod'
import { readDocument } from '../../config/document.ts'
import { resolveReferences } from '../../config/references.ts'
import { type Fault, problemsOf, type Written } from '../../config/written.ts'
import { ConfigError } from '../../errors.ts'
import { inert } from '../../gemini/inert.ts'

/** A static endpoint of a configuration, with its secrets as they are written: `${file:…}`. */
export interface StaticEndpoint {
  readonly path: string
  readonly secrets: readonly string[]
  /** Refuses what is written as its newest secret. */
  refuseSecret(fault: string, example: string): ConfigError
}

export interface StaticEndpoints {
  /** The configuration file, as it was named. */
  readonly file: string
  /** The folder that relative paths start from. */
  readonly directory: string
  readonly all: readonly StaticEndpoint[]
}

const endpointsSchema = z.looseObject({
  endpoints: z.array(
    z.looseObject({
      path: z.string(),
      verify: z.looseObject({ static: z.looseObject({ secrets: z.array(z.string()).min(1) }).optional() })
    })
  )
})

/**
 * Reads from a configuration file which static endpoints it has, and nothing else: its secrets may not be there yet.
 * @throws {ConfigError} if it cannot be read so far, or has none
 */
export async function readStaticEndpoints(
  file: string,
  { env, directory }: { readonly env: Readonly<Record<string, string | undefined>>; readonly directory: string }
): Promise<StaticEndpoints> {
  const { written, problems } = await readDocument(file, directory)
  if (problems.length > 0) throw new ConfigError(problems)
  const { success, data, error } = endpointsSchema.safeParse(written.tree)
  if (!success) {
    const [path = []] = error.issues.map(issue => issue.path)
    throw refuse(
      { path, fault: 'is missing, or of another kind. Correct it: "check" says what has to be there' },
      written
    )
  }
  const all: StaticEndpoint[] = []
  for (const [index, { path: writtenPath, verify }] of data.endpoints.entries()) {
    if (verify.static === undefined) continue
    const at = ['endpoints', index]
    const resolved = await resolveReferences(writtenPath, { env, directory: written.directory })
    const [fault] = resolved.faults
    if (fault !== undefined) throw refuse({ ...fault, path: [...at, 'path'] }, written)
    const newest = [...at, 'verify', 'static', 'secrets', 0]
    all.push({
      path: String(resolved.tree),
      secrets: verify.static.secrets,
      refuseSecret: (fault, example) => refuse({ path: newest, fault, example }, written)
    })
  }
  if (all.length > 0) return { file, directory: written.directory, all }
  throw refuse(
    { path: ['endpoints'], fault: 'has no static endpoint to register. Add one, with verify: { static: … }' },
    written
  )
}

/**
 * The endpoint that the URL leads to. An origin alone leads to the only one.
 * @throws {Error} naming those that there are
 */
export function endpointAt(url: URL, { file, all }: StaticEndpoints): StaticEndpoint {
  const exact = all.find(({ path }) => path === url.pathname)
  if (exact !== undefined) return exact
  const paths = all.map(({ path }) => inert(path)).join(', ')
  const [only] = all
  if (url.pathname === '/' && all.length === 1 && only !== undefined) return only
  throw new Error(
    url.pathname === '/'
      ? `needs a path, since ${file} has several static endpoints: ${paths}`
      : `must end in the path of a static endpoint of ${file} (${paths}), not in ${inert(url.pathname)}`
  )
}

function refuse(fault: Fault, written: Written): ConfigError {
  return new ConfigError(problemsOf([fault], written))
}
