import { openStore } from '../../src/store/open-store.js'
import { sampleRecord } from './store-records.js'
import { startInThisThread } from './store-worker.js'

// Records one message, says so, and goes on until it is killed.
const url = `sqlite:${process.argv[2]}`
const store = await openStore({ url, deadlineMs: 10_000, startWorker: startInThisThread })
const record = sampleRecord({ reference: 'confirmed' })
await store.record(record)
process.stdout.write(`${record.reference}\n`)
setInterval(() => undefined, 1000)
