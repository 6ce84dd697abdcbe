import { defineConfig } from 'vitest/config'

// Tests that need a real broker are named after it, and share one that the run starts.
const brokers = ['kafka', 'pubsub', 'eventbridge']

// `--mode full` adds the tests that take minutes (npm run test:full).
export default defineConfig(({ mode }) => ({
  test: {
    env: { TEST_FULL: mode === 'full' ? '1' : '' },
    reporters: ['default', './test/summary.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    coverage: { provider: 'v8', include: ['src/**', 'adapters/**'], reporter: ['text'] },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: brokers.map(broker => `test/**/*.${broker}.test.ts`)
        }
      },
      ...brokers.map(broker => ({
        extends: true as const,
        test: {
          name: broker,
          include: [`test/**/*.${broker}.test.ts`],
          globalSetup: `test/brokers/${broker}.setup.ts`,
          testTimeout: 60_000,
          hookTimeout: 60_000
        }
      }))
    ]
  }
}))
