import { resolve } from 'node:path'
import { SingleBar } from 'cli-progress'
import { GatewayError } from '../../errors.js'
import type { BackupProgress } from '../../store/admin.js'
import type { Command } from '../command.js'
import { UsageError } from '../exit.js'
import { printable, printNotice } from '../output.js'
import { withExistingStore } from '../with-store.js'

interface Own {
  file: string
  check: boolean
}

/** `postseal backup`: a consistent copy of the store while the daemon goes on. */
export const command: Command<Own> = {
  command: 'backup <file>',
  describe: 'Copy the store to a new file while the daemon goes on',
  builder: yargs =>
    yargs
      .positional('file', { type: 'string', demandOption: true, describe: 'File to make' })
      .option('check', {
        type: 'boolean',
        default: true,
        describe: 'Read the whole store first and refuse to copy a damaged one',
      })
      .example('$0 backup /var/backups/postseal-2026-11-23.db', 'from cron, once a day')
      .epilogue(
        'A store on PostgreSQL is copied with pg_dump. To restore: docs/guide/data-kept.md.',
      ),
  handler: async ({ file, check, ...options }) => {
    let isCopied = false
    await withExistingStore(options, async (store, url) => {
      if (check) await refuseDamage(store, url)
      const progress = pageBar()
      try {
        await store.backup(resolve(file), progress.show)
        isCopied = true
      } finally {
        progress.end()
      }
    })
    if (!isCopied) throw new UsageError('nothing to copy')
    printNotice(`The store was copied to ${printable(file)}.`)
  },
}

async function refuseDamage(
  store: { checkIntegrity(): Promise<readonly string[]> },
  url: string,
): Promise<void> {
  const problems = url.startsWith('sqlite:') ? await store.checkIntegrity() : []
  if (problems.length === 0) return
  const reason = problems.slice(0, 3).join('; ')
  throw new GatewayError('ERR_STORE_DAMAGED', { store: url, reason })
}

/** A bar on standard error that counts pages; nothing where that is no terminal. */
function pageBar() {
  if (!process.stderr.isTTY) return { show: () => undefined, end: () => undefined }
  const format = 'Copying [{bar}] {percentage} %, {eta_formatted} left'
  const bar = new SingleBar({ format, stream: process.stderr, hideCursor: true })
  bar.start(1, 0)
  return {
    show: ({ totalPages, remainingPages }: BackupProgress) => {
      bar.setTotal(totalPages)
      bar.update(totalPages - remainingPages)
    },
    end: () => bar.stop(),
  }
}
