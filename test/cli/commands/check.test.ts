import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runCommandLine } from '../../../src/cli/command-line.js'
import { loadConfig } from '../../../src/config/load.js'
import { openStore } from '../../../src/store/open-store.js'
import { DOCUMENTS, file } from '../../support/document-bytes.js'
import { zipOf } from '../../support/zip-bytes.js'

const LETTER = [
  'From: Anna <anna@in.example>',
  'To: Bob <bob@good.example>, eva@in.example',
  'Cc: carl@new.example',
  'Subject: [vertraulich] Befund',
  '',
  'Sehr geehrter Herr Muster',
  '',
].join('\r\n')

/** A folder with settings and a letter in it. */
function folderFor(t: Test): { config: string; letter: string; folder: string } {
  const folder = t.testdir({ 'letter.eml': LETTER })
  const config = join(folder, 'milter.conf')
  writeFileSync(config, `state_directory = "${folder}"\ninternal_domains = ["in.example"]\n`)
  return { config, letter: join(folder, 'letter.eml'), folder }
}

async function check(
  t: Test,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = []
  const err: string[] = []
  const captured = [
    t.capture(process.stdout, 'write', (text: string) => out.push(text) > 0),
    t.capture(process.stderr, 'write', (text: string) => err.push(text) > 0),
  ]
  try {
    const code = await runCommandLine(['check', ...args])
    return { code, out: out.join(''), err: err.join('') }
  } finally {
    for (const { restore } of captured) restore()
    process.exitCode = undefined
  }
}

t.test('for programs: class, labels, content and each recipient of the header', async t => {
  const { config, letter } = folderFor(t)
  const { code, out, err } = await check(
    t,
    '--json',
    '--config',
    config,
    '--assume',
    'good.example=qualified',
    letter,
  )
  t.equal(code, 0)
  t.equal(err, '')
  t.equal(out.indexOf('\n'), out.length - 1, 'one line')
  t.match(JSON.parse(out), {
    class: 'confidential',
    labels: [{ plugin: 'classify/subject-tag', class: 'confidential', part: '1' }],
    content: {
      verdict: 'not-encrypted',
      system: null,
      coverage: 'none',
      strength: 'none',
      parts: [],
    },
    recipients: [
      {
        address: 'bob@good.example',
        domain: 'good.example',
        level: 'qualified',
        action: 'reject',
        lane: null,
        row: 'confidential.6',
      },
      { address: 'eva@in.example', level: 'internal', action: 'deliver', lane: 'internal' },
      { address: 'carl@new.example', level: 'undetermined', action: 'wait', lane: null },
    ],
  })
  t.notMatch(out, 'Muster')
})

t.test('recipients of the command line stand in place of the header’s', async t => {
  const { config, letter } = folderFor(t)
  const { out } = await check(
    t,
    '--json',
    '--config',
    config,
    '--to',
    'x@a.example',
    '--to',
    'y@b.example',
    '--assume',
    'a.example=internal',
    '--assume',
    'b.example=none',
    letter,
  )
  t.match(JSON.parse(out).recipients, [
    { address: 'x@a.example', level: 'internal', action: 'deliver' },
    { address: 'y@b.example', level: 'none', action: 'reject' },
  ])
})

t.test('levels come from the store, which is left as it is and never made', async t => {
  const { config, letter, folder } = folderFor(t)
  await check(t, '--json', '--config', config, letter)
  t.notOk(existsSync(join(folder, 'postseal.db')), 'no store was made')
  const { store: settings } = loadConfig(config)
  const store = await openStore({ url: settings.url, deadlineMs: 5000 })
  await store.setLevel({
    customer: '*',
    domain: 'good.example',
    level: 'mandatory',
    by: 'test',
    reason: 'test',
  })
  await store.close()
  const { out } = await check(t, '--json', '--config', config, letter)
  t.match(JSON.parse(out).recipients, [{ level: 'mandatory' }, {}, {}])
})

t.test('for people: what was found and decided, and a summary of many', async t => {
  const { config, letter, folder } = folderFor(t)
  const one = await check(t, '--config', config, letter)
  t.match(one.out, /class +confidential/)
  t.match(one.out, /carl@new\.example \(undetermined\)\n +wait, row/)
  writeFileSync(join(folder, 'plain.eml'), 'Subject: x\r\n\r\nhello\r\n')
  const many = await check(t, '--config', config, letter, join(folder, 'plain.eml'))
  t.match(many.out, 'no recipients: name them with --to')
  t.match(many.err, 'Messages: 1 normal, 1 confidential')
  t.match(many.err, 'Recipients: 1 deliver, 2 wait')
})

t.test('a file that cannot be read has an error, and the rest goes on', async t => {
  const { config, letter, folder } = folderFor(t)
  const { code, out } = await check(
    t,
    '--json',
    '--config',
    config,
    join(folder, 'absent.eml'),
    letter,
  )
  t.equal(code, 65)
  const [first, second] = out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  t.match(first, { file: /absent\.eml$/, error: /ENOENT/ })
  t.match(second, { file: /letter\.eml$/, class: 'confidential' })
  const plain = await check(t, '--config', config, join(folder, 'absent.eml'))
  t.match(plain, { code: 65, out: '', err: /absent\.eml: ENOENT/ })
})

t.test('for people: which words and numbers, where, and which threshold', async t => {
  const { config, folder } = folderFor(t)
  const settings = readFileSync(config, 'utf8')
  const plugins = '"classify/dictionary", "classify/identifiers", "classify/attachment"'
  writeFileSync(config, `${settings}[plugins]\nclassify = [${plugins}]\n`)
  const inner = zipOf([file('befund.docx', DOCUMENTS.docx('Diagnose: Diabetes mellitus'))])
  const mail = Buffer.concat([
    Buffer.from(
      'From: a@in.example\nTo: bob@good.example\nSubject: AHV 756.9217.0769.85\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Disposition: attachment; filename=scans.zip\nContent-Transfer-Encoding: base64\n\n',
    ),
    Buffer.from(`${inner.toString('base64')}\n--x--\n`),
  ])
  const letter = join(folder, 'scans.eml')
  writeFileSync(letter, mail)
  const { code, out } = await check(t, '--config', config, letter)
  t.equal(code, 0)
  t.match(
    out,
    /where      part 1, in the subject\n +seen       756…85\n +threshold  1 in the message, high from 1/,
  )
  t.match(
    out,
    /by classify\/attachment \(terms-health\)\n +where      part 1\.1, in the file scans\.zip > befund\.docx\n +seen       /,
  )
  t.notMatch(out, /9217|Diabetes/)
})

t.test('a permitted sender is tried by name', async t => {
  const { config, letter } = folderFor(t)
  const rule = `[[rule]]\nname = "desk"\nuser = ["anna"]\nsubject_tag = ["[vertraulich]"]\nset_class = "normal"\nreason = "only a test"\n`
  writeFileSync(config, readFileSync(config, 'utf8') + rule)
  const classOf = async (...more: string[]): Promise<unknown> => {
    const { out } = await check(t, '--json', '--config', config, ...more, letter)
    return (JSON.parse(out) as { class: unknown }).class
  }
  t.equal(await classOf(), 'confidential')
  t.equal(await classOf('--user', 'anna'), 'normal')
  t.equal(await classOf('--user', 'eve'), 'confidential')
})
