import { configure } from '../configured.ts'

export { optionsOf, said } from '../configured.ts'

export const { byFile, byEnvironment } = configure('kafka', { KAFKA_BROKERS: 'localhost:9092', KAFKA_TOPIC: 't' })
export const written = (rest: string) => byFile(`brokers: ["localhost:9092"], topic: t, ${rest}`)
