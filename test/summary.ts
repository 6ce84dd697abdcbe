import type { Reporter, TestModule } from 'vitest/node'

/** Prints one plain last line that any CI can read: `N passed, N failed, N skipped`. */
export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap(module => [...module.children.allTests()])
    const count = (state: string) => tests.filter(test => test.result().state === state).length
    const broken = modules.filter(module => module.state() === 'failed' && module.errors().length > 0).length
    const failed = count('failed') + broken + errors.length
    process.once('exit', code => {
      // A run whose set-up failed has no test that could have.
      const failures = failed === 0 && code !== 0 ? 1 : failed
      process.stdout.write(`\n${count('passed')} passed, ${failures} failed, ${count('skipped')} skipped\n`)
    })
  }
}
