import { open, stat } from 'node:fs/promises'
import { GatewayError } from '../../errors.js'
import type { PostfixFacts } from '../instance.js'
import { outputOf, type RunPostfix } from '../run.js'

/** Postfix looks at every directory of its queue, which may be large. */
const CHECK_MS = 120_000
/** A log that grows by more while Postfix checks is not read. */
const MAX_LOG_BYTES = 65_536

/**
 * Has Postfix check its files.
 *
 * Throws  ERR_POSTFIX_REFUSED with what it says, which it writes to its log only.
 */
export async function checkPostfix(run: RunPostfix, facts: PostfixFacts): Promise<void> {
  const log = facts.main.get('maillog_file') ?? ''
  const from = log === '' ? 0 : await sizeOf(log)
  const { code, stderr } = await run('postfix', ['check'], { timeoutMs: CHECK_MS })
  if (code === 0) return
  const words = stderr.trim() || (log === '' ? '' : await complaintsIn(log, from))
  throw new GatewayError('ERR_POSTFIX_REFUSED', {
    command: 'postfix check',
    reason: words || `it ended with ${code}; the mail log says why`,
  })
}

/**
 * Makes Postfix read its files anew if it runs.
 *
 * Gives   whether it runs.
 */
export async function reloadIfRunning(run: RunPostfix): Promise<boolean> {
  const { code } = await run('postfix', ['status'])
  if (code !== 0) return false
  await outputOf(run, 'postfix', ['reload'])
  return true
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}

async function complaintsIn(path: string, from: number): Promise<string> {
  const length = Math.min((await sizeOf(path)) - from, MAX_LOG_BYTES)
  if (length <= 0) return ''
  const file = await open(path, 'r')
  try {
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, from)
    const lines = buffer.toString('utf8').split('\n')
    const complaints = lines.flatMap(line => /\b(?:fatal|error|warning): .*$/.exec(line)?.[0] ?? [])
    return complaints.join('; ')
  } finally {
    await file.close()
  }
}
