import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openPipe } from './stdout-harness.ts'
import { parseStructured } from './structured.ts'

const SCRIPT = fileURLToPath(new URL('./stdout-child.ts', import.meta.url))

/** Runs the default export with this standard output; resolves when the process has ended. */
async function publishTo(stdout: number | 'pipe', count: number, onStart = (_child: ReturnType<typeof spawn>) => {}) {
  const child = spawn(process.execPath, [SCRIPT, String(count)], { stdio: ['ignore', stdout, 'pipe'], timeout: 10_000 })
  onStart(child)
  const [report, [code]] = await Promise.all([text(child.stderr ?? expect.fail()), once(child, 'exit')])
  return { code, ...(JSON.parse(report) as { accepted: number; error: string; longestBlock: number; isPipe: boolean }) }
}

const openForWriting = (path: string) => {
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
  onTestFinished(() => closeSync(fd))
  return fd
}

function newPipe() {
  const pipe = openPipe()
  onTestFinished(() => pipe.close())
  return pipe
}

describe('a process whose standard output is', () => {
  it('a pipe that is read: each event is a line', async () => {
    const pipe = newPipe()
    expect(await publishTo(openForWriting(pipe.path), 20)).toMatchObject({
      code: 0,
      accepted: 20,
      error: '',
      isPipe: true
    })
    await expect.poll(() => pipe.text().split('\n')).toHaveLength(21)
    for (const line of pipe.text().split('\n').slice(0, -1)) parseStructured(line)
  })

  it('a pipe whose reader stalls: refused in time, nothing blocked, and the process ends', async () => {
    const pipe = newPipe()
    pipe.stall()
    const report = await publishTo(openForWriting(pipe.path), 5)
    expect(report).toMatchObject({ code: 0, accepted: 0, isPipe: true, error: expect.stringMatching(/in time/) })
    expect(report.longestBlock).toBeLessThan(200)
  })

  it('a pipe whose reader is gone: refused, and the process ends', async () => {
    const pipe = newPipe()
    const fd = openForWriting(pipe.path)
    pipe.closeReader()
    const report = await publishTo(fd, 5)
    expect(report).toMatchObject({ code: 0, accepted: 0, error: expect.stringMatching(/UnavailableError: The reader/) })
  })

  it('a socket whose reader stalls (as Node gives to its children)', async () => {
    const report = await publishTo('pipe', 50, child => child.stdout?.pause())
    expect(report).toMatchObject({ code: 0, isPipe: false, error: expect.stringMatching(/in time/) })
    expect(report.longestBlock).toBeLessThan(200)
  })

  it('a file', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'bridge-file-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const fd = openSync(join(directory, 'events.jsonl'), 'a')
    onTestFinished(() => closeSync(fd))
    expect(await publishTo(fd, 3)).toMatchObject({ code: 0, accepted: 3 })
    expect(readFileSync(join(directory, 'events.jsonl'), 'utf8').split('\n').filter(Boolean)).toHaveLength(3)
  })
})
