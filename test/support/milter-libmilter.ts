import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { runCommand } from '../../sandbox/run-command.js'
import { ROOT } from './tree-sources.js'

const SOURCE = join(ROOT, 'test/support/milter-filter.c')

/** Compiles the filter of milter-filter.c; throws what gcc says when libmilter-dev is missing. */
export async function compileFilter(t: Test): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'libmilter-'))
  t.teardown(() => rm(directory, { recursive: true }))
  const program = join(directory, 'milter-filter')
  const options = ['-Wall', '-Wextra', '-Werror', '-O1', '-o', program, SOURCE]
  const { code, stderr } = await runCommand('gcc', [...options, '-lmilter', '-lpthread'])
  if (code !== 0) throw new Error(`the libmilter filter does not compile: ${stderr}`)
  return program
}

/** Runs the program with its arguments while `work` is done; `work` gets the path of its socket. */
export async function withLibmilter<T>(
  program: string,
  spec: readonly string[],
  work: (path: string) => Promise<T>,
): Promise<T> {
  const path = `${program}.sock`
  const child = spawn(program, [`unix:${path}`, ...spec], { stdio: 'ignore' })
  try {
    await untilItListens(path)
    return await work(path)
  } finally {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    await rm(path, { force: true })
  }
}

async function untilItListens(path: string): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await sleep(10)) {
    const socket = connect(path)
    const isUp = await new Promise<boolean>(resolve => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    socket.destroy()
    if (isUp) return
  }
  throw new Error('the libmilter filter does not listen')
}
