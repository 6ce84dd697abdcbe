import { defineConfig } from 'vitest/config'

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
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/**/*.kafka.test.ts'] }
      },
      {
        extends: true,
        test: {
          name: 'kafka',
          include: ['test/**/*.kafka.test.ts'],
          globalSetup: 'test/brokers/kafka.setup.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000
        }
      }
    ]
  }
}))
