import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import yargs, { type CommandModule } from 'yargs'
import { loadConfig, type Config } from '../../src/config/load.js'
import { createLog } from '../../src/log/log.js'
import { exitCodeOf } from '../../src/cli/exit.js'
import type { DatabaseStore } from '../../src/store/database-store.js'
import { openStore } from '../../src/store/open-store.js'
import type { MessageRecord } from '../../src/store/store.js'
import { startInThisThread } from './store-worker.js'

export interface CommandResult {
  readonly out: string
  readonly err: string
  readonly exit: number
}

/** A directory with settings that name a store in it, and a way to run commands on them. */
export function storeBench(t: Test, command: unknown, context: object = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'postseal-command-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const url = `sqlite:${join(directory, 'store.db')}`
  const config = join(directory, 'milter.conf')
  const customers = '[[customer]]\nname = "clinic"\ndomains = ["clinic.example"]\n'
  const settings = (more: string): void =>
    writeFileSync(config, `${customers}[store]\nurl = "${url}"\n${more}`)
  settings('')
  return {
    directory,
    /** Writes the settings anew, with these behind those of the bench. */
    settings,
    /** Puts records into the store before a command looks. */
    record(...records: readonly MessageRecord[]): Promise<void> {
      return this.prepare(async store => {
        await Promise.all(records.map(record => store.record(record)))
      })
    },
    /** Does something with the store before a command looks, or after. */
    async prepare(work: (store: DatabaseStore) => Promise<unknown>): Promise<void> {
      const store = await openStore({ url, deadlineMs: 10_000, startWorker: startInThisThread })
      await work(store)
      await store.close()
    },
    /** Runs the command as the command line does, with what it printed and its exit code. */
    async run(...args: readonly string[]): Promise<CommandResult> {
      const out = t.capture(process.stdout, 'write', () => true)
      const err = t.capture(process.stderr, 'write', () => true)
      process.exitCode = 0
      let exit = 0
      let message = ''
      try {
        await yargs()
          .option('config', { type: 'string', global: true })
          .command(command as CommandModule)
          .strict()
          .exitProcess(false)
          .fail((text: string | null, error: unknown) => {
            throw error ?? new Error(text ?? 'usage')
          })
          .parseAsync([...args, '--config', config], {
            openServices: servicesInThisThread,
            ...context,
          })
        exit = process.exitCode ?? 0
      } catch (thrown) {
        exit = exitCodeOf(thrown)
        message = thrown instanceof Error ? thrown.message : String(thrown)
      }
      process.exitCode = 0
      const text = (calls: ReturnType<typeof out>) => calls.map(({ args }) => args[0]).join('')
      const result = { out: text(out()), err: text(err()) + message, exit }
      out.restore()
      err.restore()
      return result
    },
  }
}

/**
 * Services whose store has no thread of its own: a thread that compiles TypeScript takes a second
 * and a half, for each command of a table.
 */
function servicesInThisThread(file: string | undefined) {
  const config = loadConfig(file)
  return {
    config,
    log: createLog(config.log),
    now: Date.now,
    get store() {
      return openWithCustomers(config)
    },
  }
}

async function openWithCustomers(config: Config): Promise<DatabaseStore> {
  const store = await openStore({
    url: config.store.url,
    deadlineMs: config.store.deadline,
    startWorker: startInThisThread,
  })
  await store.syncCustomers(config.customer)
  return store
}
