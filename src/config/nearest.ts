import { closestMatch } from 'leven'

/** The known name that someone may have meant, if one is near: at most 3 edits, and at most half of a short name. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const maxDistance = Math.max(1, Math.min(3, Math.floor(name.length / 2)))
  return name.length > LONGEST ? undefined : closestMatch(name, known, { maxDistance })
}

/** What to say after a name that is not known: which known one may have been meant, or which there are. */
export function suggestion(name: string, known: readonly string[]): string {
  const meant = nearest(name, known)
  return meant === undefined ? `known here: ${known.join(', ') || 'none'}` : `did you mean "${meant}"?`
}

/** Longer than any name that is near a known one; bounds the work. */
const LONGEST = 100
