/** The library of the client `platformatic`, which does not come with the bridge. */
export const PACKAGE = '@platformatic/kafka'

/** Whether a client can be loaded, as far as that shows without loading it. */
export function isInstalled(client: string): boolean {
  if (client !== 'platformatic') return true
  try {
    import.meta.resolve(PACKAGE)
    return true
  } catch {
    return false
  }
}
