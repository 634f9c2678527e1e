import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { bug } from '../errors.js'
import type { OperationInput, OperationName } from './operations.js'
import { SqliteEngine } from './sqlite-engine.js'
import { sqliteError, toFailure } from './store-error.js'
import type { MessageRecord } from './store.js'
import type { WorkerAnswer, WorkerRequest, WorkerSettings } from './worker-protocol.js'

/**
 * Answers requests on a port with one engine, one after the other; only a backup runs beside them,
 * a few milliseconds at a time.
 */
export function serve(port: MessagePort, settings: WorkerSettings): void {
  const engine = new SqliteEngine(settings)
  let last: Promise<void> = Promise.resolve()
  const send = (answer: WorkerAnswer): void => port.postMessage(answer)
  const answer = async (request: WorkerRequest): Promise<void> => {
    try {
      send({ id: request.id, value: await handle(engine, request, send) })
    } catch (thrown) {
      send({ id: request.id, failure: toFailure(sqliteError(thrown, settings.path)) })
    }
    if (request.kind === 'close') port.close()
  }
  port.on('message', (request: WorkerRequest) => {
    if (request.kind === 'backup') void answer(request)
    else last = last.then(() => answer(request))
  })
}

async function handle(
  engine: SqliteEngine,
  request: WorkerRequest,
  send: (answer: WorkerAnswer) => void,
): Promise<unknown> {
  switch (request.kind) {
    case 'open':
      return engine.open(request.create)
    case 'write':
      return engine.write(JSON.parse(request.json) as MessageRecord[], request.expires)
    case 'run':
      return engine.run(request.name, request.input as OperationInput<OperationName>)
    case 'backup':
      return engine.backup(request.file, progress => send({ id: request.id, progress }))
    case 'check':
      return engine.checkIntegrity()
    case 'close':
      return engine.close()
    default:
      return bug(`store request ${JSON.stringify(request satisfies never)}`)
  }
}

// Imported by a test in the main thread, there is no parent to answer.
if (parentPort !== null) serve(parentPort, workerData as WorkerSettings)
