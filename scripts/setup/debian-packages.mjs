import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { ROOT } from './root.mjs'
import { runStep, say } from './step.mjs'

/**
 * What is needed from the system, why, for which purposes, and how to see that it is there.
 *
 * @type {[string, string, string[], string | (() => boolean)][]}
 */
const PACKAGES = [
  [
    'python3',
    'builds better-sqlite3; a second reading of formats',
    ['build', 'test', 'bench'],
    'python3',
  ],
  ['make', 'builds better-sqlite3', ['build'], 'make'],
  ['g++', 'builds better-sqlite3', ['build'], 'g++'],
  ['postfix', 'the mail server that the milter works for', ['demo', 'test', 'bench'], 'postfix'],
  [
    'postfix-cdb',
    'the maps of domains as Postfix reads them',
    ['test', 'bench'],
    dictionary('cdb'),
  ],
  ['postfix-lmdb', 'the same in another form', ['test'], dictionary('lmdb')],
  ['swaks', 'sends test mail from a shell', ['demo', 'test'], 'swaks'],
  ['iproute2', 'brings up the network of a test of its own', ['test'], 'ip'],
  [
    'openssl',
    'makes certificates and S/MIME samples',
    ['demo', 'test', 'bench', 'audit'],
    'openssl',
  ],
  ['miltertest', 'plays milter conversations from outside', ['test'], 'miltertest'],
  ['gcc', 'compiles the filter in C that ours is compared with', ['test', 'bench'], 'gcc'],
  ['libc6-dev', 'the same', ['test', 'bench'], '/usr/include/stdio.h'],
  ['libmilter-dev', 'the same', ['test', 'bench'], '/usr/include/libmilter/mfapi.h'],
  ['gnupg', 'makes OpenPGP samples', ['test'], 'gpg'],
  ['opendkim', 'the signer beside which ours is tried', ['test'], 'opendkim'],
  ['opendkim-tools', 'checks its signatures', ['test'], 'opendkim-testmsg'],
  ['unbound', 'the resolver that validates, as the prober needs one', ['test'], 'unbound'],
  ['nsd', 'serves the signed zones of tests', ['test'], 'nsd'],
  ['ldnsutils', 'signs them', ['test'], 'ldns-signzone'],
  ['qpdf', 'makes PDF samples', ['test'], 'qpdf'],
  ['p7zip-full', 'makes 7z and ZIP samples and says what is in them', ['test'], '7z'],
  ['zip', 'makes ZIP samples', ['test'], 'zip'],
  ['poppler-utils', 'opens sealed PDF letters', ['test'], 'pdftotext'],
  ['chromium', 'opens sealed letters as recipients do', ['demo', 'test'], 'chromium'],
  ['firefox-esr', 'the same', ['test'], 'firefox-esr'],
  ['webkit2gtk-driver', 'the same, with the engine of Safari', ['test'], 'WebKitWebDriver'],
  ['xvfb', 'the screen of that browser', ['test'], 'Xvfb'],
  ['postgresql', 'the second database of the store', ['test'], postgresIsThere],
  [
    'sslscan',
    'sees what a TLS server supports, beside our audit',
    ['test', 'bench', 'audit'],
    'sslscan',
  ],
  ['testssl.sh', 'the same', ['audit'], 'testssl'],
  ['rspamd', 'the filter whose findings ours are compared with', ['compare'], 'rspamd'],
]

/** The packages that one of the purposes needs and that are not there: `{ name, need }` each. */
export function missingPackages(purposes) {
  return PACKAGES.filter(
    ([, , users, sign]) => purposes.some(purpose => users.includes(purpose)) && !isThere(sign),
  ).map(([name, need]) => ({ name, need }))
}

/**
 * Installs Debian packages as root or by `sudo -n`; their services are not started, and an installed
 * Postfix gets no configuration.
 *
 * Gives   undefined when it worked, else the reason why not.
 */
export async function installPackages(names) {
  if (findProgram('apt-get') === undefined) return 'there is no apt-get here'
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  if (asRoot.length > 0 && !succeeds(...asRoot, 'true'))
    return 'that needs root, or sudo without a password'
  say('Installing them with apt-get; no service is started and nothing of yours is configured.')
  const script = join(ROOT, 'scripts/setup/install-packages.sh')
  const [command, ...args] = [...asRoot, 'sh', script, ...names]
  return runStep('Debian packages', command, args, 'packages.log')
}

function isThere(sign) {
  if (typeof sign === 'function') return sign()
  return sign.startsWith('/') ? existsSync(sign) : findProgram(sign) !== undefined
}

function findProgram(name) {
  const path = `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`
  return path.split(delimiter).find(folder => folder !== '' && existsSync(join(folder, name)))
}

/** A type of table that Debian packs apart from Postfix. */
function dictionary(type) {
  return () =>
    ['/usr/lib/postfix', '/usr/lib/postfix/sbin'].some(folder =>
      existsSync(join(folder, `postfix-${type}.so`)),
    )
}

/** Debian keeps initdb and postgres out of PATH, one folder a version. */
function postgresIsThere() {
  const folder = '/usr/lib/postgresql'
  const versions = existsSync(folder) ? readdirSync(folder) : []
  return (
    versions.some(version => existsSync(join(folder, version, 'bin/initdb'))) ||
    findProgram('initdb') !== undefined
  )
}

function succeeds(command, ...args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}
