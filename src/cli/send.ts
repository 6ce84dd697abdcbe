import { randomUUID } from 'node:crypto'
import { type Attempt, deliver, isAcknowledged } from '../standin/deliver.ts'
import { sample } from '../standin/samples.ts'
import type { Webhook } from '../standin/sign.ts'
import type { Io } from './io.ts'
import { readSendInput, type SendOptions } from './send-input.ts'

/**
 * Acts as Gemini: signs events and posts them, `concurrency` at a time. Each delivery is a line on standard output: id,
 * status, code, latency, with `-` for what there is not; of more than one event, the last line is a summary. An id
 * that is given is the id of all of them, which makes them duplicates.
 * @returns the exit code: 1 if any event ended without being acknowledged
 * @throws {ConfigError} on options that cannot be used, all of them at once
 */
export async function send(options: SendOptions, io: Io): Promise<number> {
  const { url, signer, data, metadata } = await readSendInput(options, io)
  const latencies: number[] = []
  const silent = new Set<string | undefined>()
  let acknowledged = 0

  const report = (id: string, { status, code, latency }: Attempt) => {
    latencies.push(latency)
    if (status === undefined) silent.add(code)
    io.stdout.write(`${id} ${status ?? '-'} ${code ?? '-'} ${latency.toFixed(1)}ms\n`)
  }
  const sendOne = async () => {
    const webhook = toWebhook(options, metadata, data)
    const attempts = await deliver(webhook, {
      url,
      signer,
      retry: options.retry ?? false,
      signal: io.stop,
      onAttempt: attempt => report(webhook.id, attempt)
    })
    if (isAcknowledged(attempts.at(-1))) acknowledged += 1
  }
  let left = options.count
  const worker = async () => {
    while (left-- > 0 && !io.stop.aborted) await sendOne()
  }
  await Promise.all(Array.from({ length: Math.min(options.concurrency, options.count) }, worker))

  if (options.count > 1) io.stdout.write(`${summary(options.count, acknowledged, latencies)}\n`)
  for (const code of silent) {
    io.stderr.write(`No answer from ${url.origin} (${code}). Is the bridge running there? --url says where to send.\n`)
  }
  return acknowledged === options.count ? 0 : 1
}

function toWebhook({ id, type }: SendOptions, metadata: Record<string, string> | undefined, data: unknown): Webhook {
  const envelope = sample(type, { job: randomUUID().slice(-12), ...(metadata !== undefined && { metadata }) })
  return {
    id: id ?? `msg_${randomUUID()}`,
    body: JSON.stringify(data === undefined ? envelope : { ...envelope, data })
  }
}

function summary(count: number, acknowledged: number, latencies: readonly number[]): string {
  const sorted = latencies.toSorted((a, b) => a - b)
  // Nearest rank: the smallest latency that so large a share of all do not exceed.
  const percentile = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]?.toFixed(1) ?? '-'
  return `${acknowledged} of ${count} acknowledged, p50 ${percentile(0.5)}ms, p99 ${percentile(0.99)}ms`
}
