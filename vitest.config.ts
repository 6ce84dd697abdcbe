import { defineConfig } from 'vitest/config'

// Tests that need a real broker, or another real server, are named after it, and share one that the run starts.
const brokers = ['kafka', 'pubsub', 'eventbridge', 'redis', 'prometheus']

// Tests of commands: they start programs, and wait for them.
const programs = ['test/cli/**/*.test.ts', 'test/docs/walkthrough.registration.test.ts']
const others = [...brokers, 'chaos'].map(name => `test/**/*.${name}.test.ts`)

// `--mode full` adds the tests that take minutes (npm run test:full).
export default defineConfig(({ mode }) => ({
  test: {
    env: { TEST_FULL: mode === 'full' ? '1' : '' },
    reporters: ['default', './test/summary.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    coverage: { provider: 'v8', include: ['src/**/*.ts', 'adapters/**/*.ts'], reporter: ['text'] },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...others, ...programs],
          // They look at the clock, and come after those that wait.
          sequence: { groupOrder: 1 }
        }
      },
      {
        extends: true,
        test: {
          name: 'programs',
          include: programs,
          exclude: others,
          maxWorkers: 2,
          sequence: { groupOrder: 0 }
        }
      },
      ...brokers.map(broker => ({
        extends: true as const,
        test: {
          name: broker,
          include: [`test/**/*.${broker}.test.ts`],
          globalSetup: `test/brokers/${broker}.setup.ts`,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // They wait for their server more than they work.
          maxWorkers: 2,
          sequence: { groupOrder: 0 }
        }
      })),
      {
        extends: true,
        test: {
          name: 'chaos',
          include: ['test/**/*.chaos.test.ts'],
          // When everything else is done: it starts all servers, and looks at the clock.
          sequence: { groupOrder: 2 }
        }
      }
    ]
  }
}))
