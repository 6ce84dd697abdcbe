import { isIP } from 'node:net'
import { z } from '../../src/adapter.ts'

const FILE_ERROR = 'must be the path of a PEM file'
const file = z.string({ error: FILE_ERROR }).min(1, { error: FILE_ERROR })
const PASSPHRASE_ERROR = "must be the key's passphrase, in quotes"
const SERVER_ERROR = 'must be a host name, not an address'

const parts = z
  .strictObject({
    ca: file
      .optional()
      .describe("The certificate authorities that may vouch for the brokers (PEM); otherwise Node's own.")
      .meta({ examples: ['ca.pem'] }),
    cert: file
      .optional()
      .describe("The bridge's own certificate (PEM), where the brokers ask for one.")
      .meta({ examples: ['bridge.pem'] }),
    key: file
      .optional()
      .describe('The private key of cert (PEM).')
      .meta({ examples: ['bridge.key'] }),
    passphrase: z
      .string({ error: PASSPHRASE_ERROR })
      .min(1, { error: PASSPHRASE_ERROR })
      .optional()
      .describe('What key is encrypted with.')
      .meta({ secret: true, examples: [`\${env:KAFKA_TLS_PASSPHRASE}`] }),
    servername: z
      .string({ error: SERVER_ERROR })
      .regex(/^[a-z\d]([a-z\d.-]*[a-z\d])?$/i, { error: SERVER_ERROR })
      // RFC 6066, section 3, has no addresses here.
      .refine(name => isIP(name) === 0, { error: SERVER_ERROR })
      .optional()
      .describe("The name that every broker's certificate must have, where it is not the broker's host.")
      .meta({ examples: ['kafka.example.com'] })
  })
  .check(({ value: { cert, key, passphrase }, issues }) => {
    const missing = (path: string, message: string) =>
      issues.push({ code: 'custom', path: [path], message, input: undefined })
    if (cert !== undefined && key === undefined) missing('key', 'must be the file with the private key of cert')
    if (cert === undefined && key !== undefined) missing('cert', 'must be the file with the certificate of key')
    if (cert === undefined && key === undefined && passphrase !== undefined) {
      missing('key', 'must be the file that passphrase is for')
    }
  })

/** Paths start from the folder of the configuration file. */
export const tls = z.union([z.boolean(), parts], {
  error: 'must be true or false, or a mapping with ca, cert, key, passphrase and servername'
})

export type TlsOptions = z.output<typeof tls>
