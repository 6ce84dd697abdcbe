import type { Waiting } from './waiting.ts'

/** What one request may hold. */
export interface BatchLimits<Item> {
  /** How many items. */
  readonly items: number
  /** How many bytes together; of each group, where there are groups. */
  readonly bytes: number
  /** Items of different groups may overtake one another, and have their bytes counted apart. */
  group?(item: Item): number
  /**
   * Items of one order keep it: they share a request with no others, and only one request of theirs is in flight. Items
   * without one (`undefined`) may overtake one another.
   */
  order?(item: Item): string | undefined
}

/**
 * What leaves in the next request, oldest first, and what has to wait. Whoever has given up is in neither. An item that
 * is larger than a batch may be travels alone, so that its refusal is nobody else's.
 */
export function takeBatch<Item>(
  queue: readonly Waiting<Item>[],
  limits: BatchLimits<Item>,
  ordersInFlight: ReadonlySet<string> = new Set()
): { readonly batch: Waiting<Item>[]; readonly rest: Waiting<Item>[] } {
  const batch: Waiting<Item>[] = []
  const rest: Waiting<Item>[] = []
  const taken = new Map<number, number>()
  let batchOrder: string | undefined
  let most = limits.items
  for (const waiting of queue) {
    if (waiting.settled) continue
    const { item, bytes } = waiting
    const group = groupOf(item, limits)
    const company = Math.min(most, bytes > limits.bytes ? 1 : waiting.company)
    const sum = (taken.get(group) ?? 0) + bytes
    const order = limits.order?.(item)
    const held = order !== undefined && ordersInFlight.has(order)
    if (held || (batch.length > 0 && order !== batchOrder)) {
      rest.push(waiting)
    } else if (batch.length > 0 && (batch.length >= company || sum > limits.bytes)) {
      // Nothing of this group overtakes it.
      taken.set(group, Number.POSITIVE_INFINITY)
      rest.push(waiting)
    } else {
      taken.set(group, sum)
      batch.push(waiting)
      batchOrder = order
      most = company
    }
  }
  return { batch, rest }
}

/** The limits from now on, when this batch had too many bytes: half of what its largest group has, or less. */
export function shrink<Item>(limits: BatchLimits<Item>, batch: readonly Waiting<Item>[]): BatchLimits<Item> {
  const groups = [...Map.groupBy(batch, ({ item }) => groupOf(item, limits)).values()]
  const largest = Math.max(...groups.map(group => group.reduce((sum, { bytes }) => sum + bytes, 0)))
  return { ...limits, bytes: Math.min(limits.bytes, largest / 2) }
}

function groupOf<Item>(item: Item, { group }: BatchLimits<Item>): number {
  return group?.(item) ?? 0
}
