import { serveBare } from './serve.ts'

// What comes before any broker, and nothing behind it.
await serveBare(async () => {})
