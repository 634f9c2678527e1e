import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './root.mjs'
import { runStep, say } from './step.mjs'

/** Mail servers of others, with the libraries that they need and a machine may not have. */
const PACKAGES = [
  'exim4-daemon-light',
  'opensmtpd',
  'libevent-2.1-7',
  'libgnutls-dane0',
  'libidn12',
  'libnsl2',
  'libunbound8',
]

const PLACE = join(ROOT, 'var', 'peers')

const SCRIPT = `
set -eu
rm -rf "$1"
mkdir -p "$1/packages" "$1/new"
cd "$1/packages"
shift
apt-get -q download "$@" || { apt-get -q update && apt-get -q download "$@"; }
for package in *.deb; do dpkg-deb -x "$package" ../new; done
mv ../new ../root
`

/**
 * Unpacks Exim and OpenSMTPD below var/peers, for tests that deliver to them. They cannot be installed:
 * Debian has one mail server at a time, and that is Postfix.
 */
export async function unpackMailPeers() {
  if (existsSync(join(PLACE, 'root'))) return
  mkdirSync(PLACE, { recursive: true })
  const args = ['-c', SCRIPT, 'sh', PLACE, ...PACKAGES]
  const failure = await runStep('Exim and OpenSMTPD', 'sh', args, 'mail-peers.log')
  if (failure !== undefined) say(`Not there, so tests with them are skipped: ${failure}`)
}
