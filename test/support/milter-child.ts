import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type ListenTarget, createMilterServer, replies } from '../../src/milter/index.js'

/** A filter in a process of its own, to be measured and to be killed. */
export interface FilterChild {
  /** The TCP port, or 0 for a socket file. */
  readonly port: number
  readonly process: ChildProcess
  /** Resident memory in bytes. */
  memory(): Promise<number>
  /** Ends it and waits for its end. */
  kill(): Promise<void>
}

/**
 * Starts the filter of this file. It adds `X-Seen` with the size of the body; a mail from
 * `slow@sender.test` is never answered.
 */
export async function startFilterChild(target: ListenTarget): Promise<FilterChild> {
  const script = fileURLToPath(import.meta.url)
  const child = spawn(process.execPath, [...process.execArgv, script, JSON.stringify(target)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<string> => String((await lines.next()).value)
  const port = Number(await next())
  return {
    port,
    process: child,
    memory: async () => {
      child.stdin.write('memory\n')
      return Number(await next())
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = new Promise<void>(resolve => child.once('exit', () => resolve()))
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function runFilter(target: ListenTarget): Promise<void> {
  const server = createMilterServer({
    handlers: {
      message: async tx => {
        if (tx.sender.address === 'slow@sender.test') await new Promise(() => undefined)
        tx.edits.addHeader('X-Seen', String(tx.body.size))
        return replies.continue
      },
    },
    limits: { progressMs: 200 },
  })
  const address = await server.listen(target)
  process.stdout.write(`${typeof address === 'string' ? 0 : address.port}\n`)
  for await (const _line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${process.memoryUsage.rss()}\n`)
  }
  await server.close({ deadlineMs: 0 })
}

const [, script, target] = process.argv
if (script === fileURLToPath(import.meta.url) && target !== undefined) {
  await runFilter(JSON.parse(target) as ListenTarget)
}
