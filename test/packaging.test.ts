import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import t from 'tap'

const DAEMON = 'packaging/systemd/postseal.service'
const FOLLOWER = 'packaging/systemd/postseal-follow.service'

void t.test('the daemon may ask for the queue although no set-group-ID bit counts', async t => {
  t.strictSame(valuesIn(DAEMON, 'NoNewPrivileges'), ['true'])
  t.strictSame(valuesIn(DAEMON, 'SupplementaryGroups'), ['postfix postdrop adm'])
})

void t.test('the follower reads the log and has no right to the queue', async t => {
  t.strictSame(valuesIn(FOLLOWER, 'NoNewPrivileges'), ['true'])
  t.strictSame(valuesIn(FOLLOWER, 'SupplementaryGroups'), ['adm'])
})

void t.test('postconf may list the addresses of the machine in both units', async t => {
  const families = ['AF_UNIX AF_INET AF_INET6 AF_NETLINK']
  t.strictSame(valuesIn(DAEMON, 'RestrictAddressFamilies'), families)
  t.strictSame(valuesIn(FOLLOWER, 'RestrictAddressFamilies'), families)
})

void t.test('what answers Postfix may do no more than the other units', async t => {
  const policyd = 'packaging/systemd/postseal-policyd.service'
  const others = ['SupplementaryGroups', 'RestrictAddressFamilies', 'StateDirectoryMode']
  t.strictSame(
    others.map(name => valuesIn(policyd, name)),
    [['postfix'], ['AF_UNIX AF_INET AF_INET6 AF_NETLINK'], ['0711']],
  )
  const lines = readFileSync(FOLLOWER, 'utf8').split('\n')
  const hardening = lines.slice(lines.indexOf('# What it may see and do.')).flatMap(line => {
    const [, name] = /^(\w+)=/.exec(line) ?? []
    return name === undefined ? [] : [name]
  })
  t.ok(hardening.length > 20)
  for (const name of hardening)
    t.strictSame(valuesIn(policyd, name), valuesIn(FOLLOWER, name), name)
  const [start] = valuesIn(policyd, 'ExecStart')
  t.match(start, /^\/usr\/local\/bin\/postseal policyd --config /)
})

void t.test('Postfix gets through the state directory to the maps, whoever makes it', async t => {
  t.strictSame(valuesIn(DAEMON, 'StateDirectoryMode'), ['0711'])
  t.strictSame(valuesIn(FOLLOWER, 'StateDirectoryMode'), ['0711'])
  const folders = readFileSync('packaging/tmpfiles.d/postseal.conf', 'utf8').split('\n')
  t.ok(folders.includes('d /var/lib/postseal 0711 postseal postseal -'))
})

void t.test('the package that is published holds program, plugins, data and docs, no test', t => {
  const listed = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    encoding: 'utf8',
  })
  const [{ files }] = JSON.parse(listed.stdout) as [{ files: { path: string }[] }]
  const paths = files.map(({ path }) => path)
  for (const wanted of [
    'dist/src/cli/main.js',
    'dist/src/host/index.d.ts',
    'dist/src/testkit/index.d.ts',
    'dist/src/milter/index.d.ts',
    'dist/plugins/classify/header/index.js',
    'plugins/classify/header/README.md',
    'policies/decision-table.tsv',
    'milter.conf.example',
    'LICENSE',
  ])
    t.ok(paths.includes(wanted), wanted)
  t.same(
    paths.filter(path => /^(?:dist\/)?(?:test|bench|demo|sandbox)\//.test(path)),
    [],
  )
  t.end()
})

/** The values of one setting of a unit, in order. */
function valuesIn(path: string, name: string): readonly string[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.filter(line => line.startsWith(`${name}=`)).map(line => line.slice(name.length + 1))
}
