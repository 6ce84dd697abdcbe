/** A publish under way, and what has become of it so far. */
export interface Publication {
  readonly state: 'waiting' | 'accepted' | 'refused'
  readonly id: string | undefined
  readonly error: Error | undefined
  /** The deadline passes. */
  expire(): void
}

/** Begins to publish, with a deadline that passes when the test says so. Its rejection is never unhandled. */
export function begin(publish: (signal: AbortSignal) => Promise<string>): Publication {
  const deadline = new AbortController()
  const publication = {
    state: 'waiting' as Publication['state'],
    id: undefined as string | undefined,
    error: undefined as Error | undefined,
    expire: () => deadline.abort()
  }
  publish(deadline.signal).then(
    id => Object.assign(publication, { state: 'accepted', id }),
    error => Object.assign(publication, { state: 'refused', error })
  )
  return publication
}
