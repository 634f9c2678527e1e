import { EventEmitter } from 'node:events'
import { MessageChannel, type Worker, type WorkerOptions } from 'node:worker_threads'
import { serve } from '../../src/store/sqlite-worker.js'
import type { WorkerSettings } from '../../src/store/worker-protocol.js'

/**
 * Runs the worker's code in this thread, over a real message channel: a thread that loads
 * TypeScript takes a second and a half to start, which is too long for every case of a table.
 */
export function startInThisThread(options: WorkerOptions): Worker {
  const { port1, port2 } = new MessageChannel()
  serve(port2, options.workerData as WorkerSettings)
  const worker = Object.assign(new EventEmitter(), {
    postMessage: (value: unknown) => port1.postMessage(value),
    terminate: () => {
      port1.close()
      worker.emit('exit', 1)
      return Promise.resolve(1)
    },
  })
  port1.on('message', value => worker.emit('message', value))
  return worker as unknown as Worker
}
