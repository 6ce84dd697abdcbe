import { type GoogleAuth, gcpMetadata } from 'google-auth-library'
import { obtain, Reason } from '../lane/obtain.ts'

/**
 * Obtains a credential, which is then at hand for requests.
 * @throws {UnavailableError} when there is none
 */
export async function authorize(auth: GoogleAuth): Promise<void> {
  const remedy = 'Set GOOGLE_APPLICATION_CREDENTIALS, or run the bridge under a service account'
  await ask(() => auth.getRequestHeaders(), 'Google gave the bridge no credential for Pub/Sub', remedy)
}

/**
 * The project that the environment, or else the credential, names.
 * @throws {UnavailableError} when none does
 */
export async function projectOf(auth: GoogleAuth): Promise<string> {
  const remedy = 'Write topic as projects/<project>/topics/<id>, or set projectId or GOOGLE_CLOUD_PROJECT'
  return ask(() => auth.getProjectId(), 'Nothing says which project the Pub/Sub topic is of', remedy)
}

function ask<T>(from: () => Promise<T>, missing: string, remedy: string): Promise<T> {
  // Otherwise a metadata server that was not there at first, as in a new pod, would never be asked again.
  gcpMetadata.resetIsAvailableCache()
  return obtain(() => from().catch(explain), missing, remedy)
}

/** What is wrong with the file that GOOGLE_APPLICATION_CREDENTIALS names: not its path, where a key may stand by mistake. */
function explain(cause: unknown): never {
  if (cause instanceof SyntaxError) throw new Reason('the credential file is not JSON')
  if (cause instanceof Error && 'path' in cause && 'code' in cause)
    throw new Reason(`the credential file cannot be read, ${cause.code}`)
  throw cause
}
