/**
 * What stands in front of a server and does to PutEvents what no server does when it is asked: refuses, fails single
 * entries, falls silent. It lives in the test's process, and leads everything else to the server.
 *
 *     const front = await openFront(eventbridge.endpoint)               // clients go to `front.endpoint`
 *     front.answer({ status: 400, type: 'ThrottlingException' }, 2)     // the next two, and then none
 *     front.failEntries(({ DetailType }) => DetailType === 'bad', 'InternalFailure')
 *     front.hang()
 *     front.pass()                                                      // healthy again
 *     front.requests                                                    // the entries of each PutEvents so far
 *     await front.close()
 *
 * Like EventBridge, and unlike moto, it refuses requests whose entries are too large together.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type Entry, type Reply, type Result, refusal, resultOf, sizeOf } from './put-events.ts'

export interface Front {
  readonly endpoint: string
  /** The entries of every PutEvents that has come, in their order, whatever became of it. */
  readonly requests: readonly (readonly Entry[])[]
  /** Everything goes to the server. */
  pass(): void
  /** Answers so many times with an AWS error of this type, or with this body, and nothing reaches the server. */
  answer(reply: { status: number; type: string } | Reply, times?: number): void
  /** Answers 200 so many times, with this code for the entries that `fails` picks; the others go to the server. */
  failEntries(fails: (entry: Entry) => boolean, code: string, times?: number): void
  /** Takes requests, and neither answers nor leads them to the server. */
  hang(): void
  /** Leads requests to the server, and answers with headers that no body follows. */
  hangInAnswer(): void
  /** Cuts all connections, and listens no more. */
  close(): Promise<void>
}

/** What becomes of a PutEvents. Without a reply there is no answer, without a body one that never ends. */
type Treatment = (
  entries: readonly Entry[],
  forward: (entries: readonly Entry[]) => Promise<Reply>
) => Promise<{ readonly status: number; readonly body?: string } | undefined>

const MESSAGE = 'Because a test says so.'

/** @param limit bytes of all entries of a request; AWS had 262,144 until January 2026, and has still in some regions */
export async function openFront(target: string, limit = 1_048_576): Promise<Front> {
  const requests: (readonly Entry[])[] = []
  let treatment: Treatment = (entries, forward) => forward(entries)
  let left = Number.POSITIVE_INFINITY

  function treat(next: Treatment, times = Number.POSITIVE_INFINITY): void {
    treatment = next
    left = times
  }
  const pass = () => treat((entries, forward) => forward(entries))

  async function putEvents(entries: readonly Entry[], forward: (body: string) => Promise<Reply>) {
    requests.push(entries)
    if (left === 0) pass()
    left -= 1
    if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > limit)
      return refusal(400, 'ValidationException', 'Total size of the entries in the request is over the limit.')
    return treatment(entries, some => forward(JSON.stringify({ Entries: some })))
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { 'x-amz-target': action, authorization = '' } = request.headers
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const forward = async (body: string): Promise<Reply> => {
      const headers = { ...JSON_1_1, 'x-amz-target': String(action), authorization }
      const answer = await fetch(target, { method: 'POST', headers, body, signal: gone.signal })
      return { status: answer.status, body: await answer.text() }
    }
    const body = await text(request)
    const puts = action === 'AWSEvents.PutEvents'
    const reply = puts ? await putEvents(JSON.parse(body).Entries, forward) : await forward(body)
    if (reply === undefined) return
    response.writeHead(reply.status, { ...JSON_1_1, 'x-amzn-requestid': 'a-request-id' }).flushHeaders()
    if (reply.body !== undefined) response.end(reply.body)
  }

  // Where the server cannot be reached, neither can the front.
  const server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    pass,
    answer(reply, times) {
      treat(async () => ('type' in reply ? refusal(reply.status, reply.type, MESSAGE) : reply), times)
    },
    failEntries(fails, code, times) {
      treat(async (entries, forward) => {
        const failing = new Set(entries.filter(fails))
        const others = entries.filter(entry => !failing.has(entry))
        const reply = others.length > 0 ? await forward(others) : resultOf([])
        if (reply.status !== 200) return reply
        const results = (JSON.parse(reply.body).Entries as readonly Result[]).values()
        const failure = { ErrorCode: code, ErrorMessage: MESSAGE }
        return resultOf(entries.map(entry => (failing.has(entry) ? failure : (results.next().value ?? failure))))
      }, times)
    },
    hang: () => treat(async () => undefined),
    hangInAnswer: () => treat(async (entries, forward) => ({ status: (await forward(entries)).status })),
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    }
  }
}

const JSON_1_1 = { 'content-type': 'application/x-amz-json-1.1' }
