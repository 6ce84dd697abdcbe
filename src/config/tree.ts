/** From the root of a configuration to a value: keys and indexes. */
export type Path = readonly PropertyKey[]

/** A plain object: what YAML calls a mapping. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** The value at a path, or undefined where there is none. */
export function valueAt(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      (isMapping(value) || Array.isArray(value)) && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined,
    tree
  )
}

/** The tree with another value at the path. Mappings that are not there are made; anything else in the way stays. */
export function withValue(tree: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  if (Array.isArray(tree)) return tree.map((item, index) => (index === key ? withValue(item, rest, value) : item))
  if (tree !== undefined && tree !== null && !isMapping(tree)) return tree
  return { ...tree, [key]: withValue(tree?.[String(key)], rest, value) }
}

/** A copy of the tree with each leaf (whatever is neither mapping nor array) replaced. */
export function mapLeaves(tree: unknown, replace: (leaf: unknown, path: Path) => unknown, path: Path = []): unknown {
  if (Array.isArray(tree)) return tree.map((item, index) => mapLeaves(item, replace, [...path, index]))
  if (!isMapping(tree)) return replace(tree, path)
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [key, mapLeaves(value, replace, [...path, key])])
  )
}

/** Freezes mappings and arrays all the way down; what else there is, and what is frozen already, stays as it is. */
export function freezeTree<T>(tree: T): T {
  if ((!Array.isArray(tree) && !isMapping(tree)) || Object.isFrozen(tree)) return tree
  for (const value of Object.values(tree)) freezeTree(value)
  return Object.freeze(tree)
}

/** A path as people write it: `endpoints[0].verify.static`. */
export function formatPath(path: Path): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`))
    .join('')
}
