import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { chmod, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { runCommand } from '../../sandbox/run-command.js'

export const SELECTOR = 'lab'
const START_MS = 20_000

/** A milter of somebody else's that signs. */
export interface Signer {
  /** For smtpd_milters. */
  readonly milter: string
  /** The text record that belongs at `SELECTOR._domainkey.DOMAIN`. */
  readonly record: string
}

/** Starts OpenDKIM, which signs mail of one domain on port 8891; it ends with the test. */
export async function startSigner(t: Test, directory: string, domain: string): Promise<Signer> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = join(directory, 'dkim.pem')
  await writeFile(key, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  await chmod(key, 0o600)
  const config = join(directory, 'opendkim.conf')
  await writeFile(
    config,
    [
      `Domain ${domain}`,
      `Selector ${SELECTOR}`,
      `KeyFile ${key}`,
      'Socket inet:8891@127.0.0.1',
      'Mode s',
      'Canonicalization relaxed/simple',
      'OversignHeaders From',
      'InternalHosts 127.0.0.0/8',
      'RequireSafeKeys no',
      'UMask 077',
      '',
    ].join('\n'),
  )
  const signer = spawn('/usr/sbin/opendkim', ['-f', '-x', config], { stdio: 'ignore' })
  t.teardown(() => void signer.kill())
  for (const end = Date.now() + START_MS; !(await accepts(8891)); await sleep(50))
    if (signer.exitCode !== null || Date.now() > end) throw new Error('opendkim did not start')
  const bytes = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  return { milter: 'inet:127.0.0.1:8891', record: `v=DKIM1; k=rsa; p=${bytes}` }
}

/** Whether a message has a signature that is right, as OpenDKIM's own tool sees it. */
export async function isSigned(message: Buffer): Promise<boolean> {
  return (await runCommand('opendkim-testmsg', [], { input: lines(message) })).code === 0
}

/** The tool takes a message as a mailbox has it. */
function lines(message: Buffer): Buffer {
  return Buffer.from(message.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
}

function accepts(port: number): Promise<boolean> {
  return new Promise(done => {
    const socket = connect(port, '127.0.0.1')
    const end = (answer: boolean) => (): void => {
      socket.destroy()
      done(answer)
    }
    socket.once('connect', end(true))
    socket.once('error', end(false))
  })
}
