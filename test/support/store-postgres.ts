import { execFileSync, type ExecFileSyncOptions } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** A PostgreSQL server of the test's own: unix socket only, in a temporary directory. */
export interface Cluster {
  /** Makes an empty database and gives the address of a store in it. */
  newDatabase(): string
  stop(): void
  start(): void
  /** Stops the server and removes everything. */
  remove(): void
}

/** Directory of `initdb` and `pg_ctl`; undefined where PostgreSQL is not installed. */
export function findPostgres(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian)
    ? readdirSync(debian).sort((a, b) => Number(b) - Number(a))
    : []
  return [
    ...versions.map(version => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ].find(directory => existsSync(join(directory, 'initdb')))
}

/** Throws when the server, which is installed, does not start. */
export function startCluster(binaries: string): Cluster {
  const directory = mkdtempSync(join(tmpdir(), 'postseal-pg-'))
  const data = join(directory, 'data')
  const options: ExecFileSyncOptions = { cwd: directory, stdio: 'pipe', timeout: 60_000 }
  if (process.getuid?.() === 0) {
    // initdb refuses to run as root.
    options.uid = idOf('-u')
    options.gid = idOf('-g')
    chownSync(directory, options.uid, options.gid)
  }
  const run = (program: string, ...args: string[]): void => {
    execFileSync(join(binaries, program), args, options)
  }
  const settings = `-c listen_addresses='' -c unix_socket_directories='${directory}' -c fsync=off`
  // The server keeps the pipes open; without a log file pg_ctl would wait for it to end.
  const log = join(directory, 'server.log')
  const start = () => run('pg_ctl', '-D', data, '-w', '-l', log, '-o', settings, 'start')
  const stop = () => run('pg_ctl', '-D', data, '-w', '-m', 'immediate', 'stop')
  run('initdb', '-D', data, '-U', 'store', '-A', 'trust', '-E', 'UTF8', '--no-locale', '-N')
  start()
  let count = 0
  return {
    newDatabase() {
      count += 1
      run('createdb', '-h', directory, '-U', 'store', `store${count}`)
      return `postgres:///store${count}?host=${encodeURIComponent(directory)}&user=store`
    },
    start,
    stop,
    remove() {
      stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Number of the user `postgres`, or of `nobody` where there is none. */
function idOf(flag: '-u' | '-g'): number {
  for (const user of ['postgres', 'nobody']) {
    try {
      return Number(execFileSync('id', [flag, user], { stdio: 'pipe' }).toString())
    } catch (thrown) {
      if (user === 'nobody') throw thrown
    }
  }
  return 65_534
}
