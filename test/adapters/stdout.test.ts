import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { toError, toLine, toStream } from '../../adapters/stdout.ts'
import { EventError, UnavailableError } from '../../src/errors.ts'
import { DELICATE_JSON, sampleEvent } from '../../src/testing/sample-event.ts'
import { adapterContract } from '../../src/testing.ts'
import { openPipe, openPipeWriter, openStdoutHarness } from './stdout-harness.ts'
import { parseStructured } from './structured.ts'

const { signal } = new AbortController()
const log = { debug() {}, info() {}, warn() {}, error() {} }
const context = { destination: 'out', directory: '/', log }

describe('the adapter contract, on a pipe', () => {
  const lacks = {
    refusing: 'a pipe is full or its reader is gone, and nothing else',
    missing: 'standard output is always there',
    refused: 'it asks for no credentials',
    oversize: 'a line has no limit'
  }
  for (const { name, run } of adapterContract(openStdoutHarness, lacks)) it(name, run)
})

describe('toLine', () => {
  it('is one line, whatever the line breaks between tokens', () => {
    expect(toLine(sampleEvent('{\r\n"a":\n1\r}'))).toMatch(/^[^\r\n]*"data":\{ {2}"a": 1 \}\}\n$/)
  })

  it('leaves the data as it is otherwise', () => {
    expect(toLine(sampleEvent(DELICATE_JSON))).toContain(DELICATE_JSON.replace('\r\n', '  '))
  })
})

describe('toError', () => {
  it.each([
    ['EPIPE', /reader of standard output is gone/],
    ['ENOSPC', /disk .* is full/],
    ['EIO', /cannot be written \(EIO\)/]
  ])('explains %s', (code, message) => {
    const cause = Object.assign(new Error('write'), { code })
    const error = toError(cause, false)
    expect(error).toBeInstanceOf(UnavailableError)
    expect(error).not.toBeInstanceOf(EventError)
    expect(error).toMatchObject({ message: expect.stringMatching(message), cause })
  })

  it('explains a deadline, whatever the reason of the signal', () => {
    expect(toError('time is up', true).message).toMatch(/in time/)
  })
})

describe('a pipe whose reader has stopped', () => {
  it('gets, when read again, one whole line that was on its way, and none of those that were given up behind it', async () => {
    const pipe = openPipe()
    const adapter = await toStream(() => openPipeWriter(pipe.path)).connect({}, context)
    onTestFinished(async () => {
      await adapter.close()
      pipe.close()
    })
    pipe.stall()
    const events = Array.from({ length: 5 }, () => sampleEvent(JSON.stringify('x'.repeat(100_000))))
    const deadline = AbortSignal.timeout(50)
    for (const { status } of await Promise.allSettled(events.map(event => adapter.publish(event, deadline)))) {
      expect(status).toBe('rejected')
    }
    pipe.read()
    const last = sampleEvent()
    await adapter.publish(last, signal)
    const lines = () => pipe.text().split('\n').filter(Boolean).map(parseStructured)
    await expect.poll(() => lines().map(({ id }) => id)).toEqual([events[0]?.id, last.id])
  })
})

describe('a file', () => {
  it.runIf(process.platform === 'linux')(
    'on a full disk refuses; then the next event has a line of its own',
    async () => {
      const directory = mkdtempSync(join(tmpdir(), 'bridge-file-'))
      onTestFinished(() => rmSync(directory, { recursive: true }))
      const file = join(directory, 'events.jsonl')
      const paths = ['/dev/full', file]
      const adapter = await toStream(() => createWriteStream(paths.shift() ?? '')).connect({}, context)
      onTestFinished(() => adapter.close())
      await expect(adapter.publish(sampleEvent(), signal)).rejects.toThrow(/full/)
      const event = sampleEvent()
      await expect(adapter.publish(event, signal)).resolves.toBe('1')
      expect(readFileSync(file, 'utf8')).toBe(`\n${toLine(event)}`)
    }
  )
})
