import { createServer, type Server } from 'node:net'

/** Of Kafka's protocol, as much as a client uses until it has signed in. @see https://kafka.apache.org/protocol */
const API = { produce: 0, metadata: 3, handshake: 17, versions: 18, authenticate: 36 } as const
const SASL_AUTHENTICATION_FAILED = 58

/**
 * A Kafka broker that refuses every sign-in, in words that repeat the credentials.
 * @param onTold called with what it was told
 */
export function createCarelessKafka(onTold: (text: string) => void): Server {
  return createServer(socket => {
    let buffer = Buffer.alloc(0)
    socket
      .on('error', () => {})
      .on('data', chunk => {
        buffer = Buffer.concat([buffer, chunk])
        while (buffer.length >= 4 && buffer.length >= 4 + buffer.readInt32BE()) {
          const end = 4 + buffer.readInt32BE()
          const answer = answerTo(buffer.subarray(4, end), onTold)
          buffer = buffer.subarray(end)
          if (answer === undefined) socket.destroy()
          else socket.write(Buffer.concat([int32(answer.length), answer]))
        }
      })
  })
}

function answerTo(request: Buffer, onTold: (text: string) => void): Buffer | undefined {
  const [key, version, correlation] = [request.readInt16BE(0), request.readInt16BE(2), request.subarray(4, 8)]
  const told = request.toString('latin1')
  switch (key) {
    case API.versions: {
      const list = Object.values(API).map(api =>
        Buffer.concat([int16(api), int16(0), int16(api === API.handshake ? 1 : 2)])
      )
      const throttle = version > 0 ? [int32(0)] : []
      return Buffer.concat([correlation, int16(0), int32(list.length), ...list, ...throttle])
    }
    case API.handshake: {
      const list = ['PLAIN', 'SCRAM-SHA-256', 'OAUTHBEARER'].map(string)
      return Buffer.concat([correlation, int16(0), int32(list.length), ...list])
    }
    case API.authenticate: {
      onTold(told)
      const lifetime = version > 0 ? [Buffer.alloc(8)] : []
      return Buffer.concat([correlation, int16(SASL_AUTHENTICATION_FAILED), string(told), int32(0), ...lifetime])
    }
    default:
      return undefined
  }
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([int16(bytes.length), bytes])
}
