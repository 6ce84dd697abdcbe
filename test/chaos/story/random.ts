/** Numbers that look random, and are the same again for the same seed. */
export interface Random {
  /** From 0 up to, not including, 1. */
  next(): number
  /** A whole number between these, both included. */
  between(from: number, to: number): number
  /** One of these, of which there must be one. */
  pick<T>(items: readonly T[]): T
  /** These in another order. */
  shuffle<T>(items: readonly T[]): T[]
}

/** mulberry32: 32 bits of state, which is plenty for a schedule. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const random: Random = {
    next,
    between: (from, to) => from + Math.floor(next() * (to - from + 1)),
    pick(items) {
      const item = items[random.between(0, items.length - 1)]
      if (item === undefined) throw new RangeError('there is nothing to pick from')
      return item
    },
    shuffle: items =>
      items
        .map(item => ({ item, place: next() }))
        .sort((one, other) => one.place - other.place)
        .map(({ item }) => item)
  }
  return random
}
