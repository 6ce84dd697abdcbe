/** What has come and not gone yet, in the order in which it came. */
export interface ArrivalOrder<Item> {
  readonly size: number
  readonly oldest: Item | undefined
  /** @returns its place */
  add(item: Item): Place<Item>
  /** Takes it out; false if it was out already. */
  remove(place: Place<Item>): boolean
  /** All of them as of now, the oldest first. */
  all(): readonly Item[]
}

/** Where an item stands. */
export interface Place<Item> {
  readonly item: Item
  before: Place<Item> | undefined
  after: Place<Item> | undefined
  taken: boolean
}

/**
 * A doubly linked list. Not a Set: of one that each request goes into and out of, the tables that it has outgrown hold each
 * other in memory, with the requests that were in them, until the next full garbage collection.
 */
export function createArrivalOrder<Item>(): ArrivalOrder<Item> {
  let first: Place<Item> | undefined
  let last: Place<Item> | undefined
  let size = 0

  return {
    get size() {
      return size
    },
    get oldest() {
      return first?.item
    },
    add(item) {
      const place: Place<Item> = { item, before: last, after: undefined, taken: true }
      if (last) last.after = place
      else first = place
      last = place
      size += 1
      return place
    },
    remove(place) {
      if (!place.taken) return false
      const { before, after } = place
      if (before) before.after = after
      else first = after
      if (after) after.before = before
      else last = before
      // Nor may what is gone hold what comes after it.
      place.before = place.after = undefined
      place.taken = false
      size -= 1
      return true
    },
    all() {
      const items: Item[] = []
      for (let place = first; place; place = place.after) items.push(place.item)
      return items
    }
  }
}
