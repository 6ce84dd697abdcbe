// Google's own client as anybody would use it: where it goes and with which key, its environment says.
import { GoogleGenAI } from '@google/genai'

const { webhooks } = new GoogleGenAI({})
const { id = '' } = await webhooks.create({ uri: 'https://bridge.example/', subscribed_events: ['batch.succeeded'] })
const { state } = await webhooks.update(id, { state: 'disabled' })
process.stdout.write(`${id} ${state}\n`)
