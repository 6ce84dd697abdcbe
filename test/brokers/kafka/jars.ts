/**
 * Apache Kafka 4.4.0 with all that it needs: the jars that `jars.json` names, with their SHA-256, from Maven Central or
 * the mirror in `$MAVEN_MIRROR`. The list is what Maven resolves for `org.apache.kafka:kafka_2.13` (without
 * `kafka-tools-api`, which is not published) and `org.slf4j:slf4j-simple`, without which the broker logs nothing.
 */
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { cached } from '../cache.ts'
import list from './jars.json' with { type: 'json' }

const CENTRAL = 'https://repo1.maven.org/maven2'
const ATTEMPTS = 3

/** A class path that holds Kafka and its clients, for `java -cp`. */
export async function kafkaClassPath(): Promise<string> {
  const folder = await cached('kafka-jars', list, async folder => {
    const jars = Object.entries(list)
    await Promise.all(
      jars.map(async ([path, sha256]) => writeFile(join(folder, basename(path)), await jar(path, sha256)))
    )
  })
  // Java itself expands the star.
  return join(folder, '*')
}

/** One jar by its path there. */
export async function jar(path: string, sha256: string, attempt = 1): Promise<Buffer> {
  const url = `${process.env['MAVEN_MIRROR'] ?? CENTRAL}/${path}`
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(120_000) })
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
    const bytes = Buffer.from(await response.arrayBuffer())
    if (createHash('sha256').update(bytes).digest('hex') !== sha256)
      throw new Error('its SHA-256 is not the locked one')
    return bytes
  } catch (cause) {
    if (attempt < ATTEMPTS) return jar(path, sha256, attempt + 1)
    throw new Error(`Cannot get ${url} (${cause}); MAVEN_MIRROR may name another place`, { cause })
  }
}
