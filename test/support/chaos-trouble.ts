import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import type { Mood } from '../../sandbox/receiver-mood.js'
import type { LaneLab } from './lane-lab.js'
import type { Domain } from './lane-world.js'

/** Where trouble is made. */
export interface Ground {
  readonly lab: LaneLab
  /** While this file is there, a plugin never answers. */
  readonly hangFile: string
}

/** Something that goes wrong for a while; resolves when it is over. */
export interface Trouble {
  readonly name: string
  happen(ground: Ground, ms: number): Promise<void>
}

/** A classifier as somebody else may write it: it hangs while a file is there. */
export function hangingPlugin(hangFile: string): string {
  return `import { existsSync } from 'node:fs'
import { definePlugin } from 'postseal/plugin'
export default definePlugin({
  name: 'classify/hanging',
  stage: 'classify',
  summary: 'Never answers while a file is there.',
  setup: () => () => (existsSync(${JSON.stringify(hangFile)}) ? new Promise(() => undefined) : []),
})
`
}

export const TROUBLES: readonly Trouble[] = [
  {
    name: 'the daemon is killed',
    async happen({ lab }, ms) {
      await lab.daemon.end('SIGKILL')
      await sleep(ms)
      await lab.startDaemon()
    },
  },
  {
    name: 'the daemon is restarted',
    happen: ({ lab }) => lab.restartDaemon(),
  },
  {
    name: 'the daemon stands still',
    async happen({ lab }, ms) {
      lab.daemon.signal('SIGSTOP')
      await sleep(ms)
      lab.daemon.signal('SIGCONT')
    },
  },
  {
    name: 'the database is locked',
    async happen({ lab }, ms) {
      const database = new Database(join(lab.directory, 'state', 'postseal.db'))
      database.pragma('busy_timeout = 5000')
      try {
        database.exec('begin immediate')
        await sleep(ms)
        database.exec('rollback')
      } finally {
        database.close()
      }
    },
  },
  {
    name: 'the disk is full',
    async happen({ lab }, ms) {
      const filler = join(lab.directory, 'state', 'filler')
      await fill(filler)
      await sleep(ms)
      await rm(filler, { force: true })
    },
  },
  {
    name: 'a plugin hangs',
    async happen({ hangFile }, ms) {
      await writeFile(hangFile, '')
      await sleep(ms)
      await rm(hangFile)
    },
  },
  {
    name: 'Postfix is reloaded',
    happen: async ({ lab }) => void (await lab.postfix.postfix(['reload'])),
  },
  {
    name: 'Postfix is stopped',
    async happen({ lab }, ms) {
      await lab.postfix.postfix(['stop'])
      await sleep(ms)
      await lab.postfix.postfix(['start'])
    },
  },
  ...(
    [
      ['good.test', 'away'],
      ['fine.test', 'cutting'],
      ['wrongname.test', 'away'],
      ['good.test', { refuse: 'recipient', reply: '450 4.2.0 Greylisted', times: 1 }],
      ['fine.test', { refuse: 'message', reply: '451 4.3.0 Disk full' }],
      ['home.test', { refuse: 'connection', reply: '421 4.3.2 Busy' }],
      ['selfsigned.test', { slowMs: 300 }],
    ] as const satisfies readonly (readonly [Domain, Mood])[]
  ).map(([domain, mood]): Trouble => ({
    name: `${domain} is ${typeof mood === 'string' ? mood : JSON.stringify(mood)}`,
    async happen({ lab }, ms) {
      await lab.server(domain).become(mood)
      await sleep(ms)
      await lab.server(domain).become('good')
    },
  })),
]

/** Writes until nothing more fits; the state directory of the lab is a small file system. */
async function fill(file: string): Promise<void> {
  const block = Buffer.alloc(1024 * 1024)
  for (let size = 0; size < 512; size += 1) {
    try {
      await writeFile(file, block, { flag: 'a' })
    } catch (thrown) {
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOSPC') return
      throw thrown
    }
  }
  throw new Error('the state directory is larger than a chaos test may fill')
}
