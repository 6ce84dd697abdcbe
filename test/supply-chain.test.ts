import { readFile } from 'node:fs/promises'
import { beforeAll, expect, test } from 'vitest'
import { root } from './spawn.ts'

interface Package {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly dev?: boolean
  readonly link?: boolean
  readonly hasInstallScript?: boolean
}

let packages: [path: string, Package][] = []
let direct: Record<string, string> = {}
beforeAll(async () => {
  const lock = JSON.parse(await readFile(`${root}package-lock.json`, 'utf8')) as { packages: Record<string, Package> }
  const { dependencies, devDependencies } = JSON.parse(await readFile(`${root}package.json`, 'utf8'))
  packages = Object.entries(lock.packages).filter(([path, { link }]) => path.includes('node_modules/') && !link)
  direct = { ...dependencies, ...devDependencies }
})

test('every package is locked to its content, and comes from the npm registry', () => {
  expect(packages.length).toBeGreaterThan(100)
  for (const [path, { resolved, integrity }] of packages) {
    // Where it says nothing, it is the registry that npm is set to.
    if (resolved !== undefined) expect(resolved, path).toMatch(/^https:\/\/registry\.npmjs\.org\//)
    expect(integrity, path).toMatch(/^sha512-/)
  }
})

test('what we ask for by name, we ask for in one version', () => {
  for (const [name, version] of Object.entries(direct)) expect(version, name).toMatch(/^\d+\.\d+\.\d+$/)
})

test('what runs in production needs no install script', () => {
  const names = packages.filter(([, { dev, hasInstallScript }]) => !dev && hasInstallScript).map(([path]) => path)
  // It only looks at the version that it was installed as; `npm ci --ignore-scripts` leaves nothing out.
  expect(names).toEqual(['node_modules/protobufjs'])
})
