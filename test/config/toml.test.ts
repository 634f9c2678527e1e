import fc from 'fast-check'
import t from 'tap'
import { GatewayError } from '../../src/errors.js'
import { MAX_FILE_SIZE, parseToml } from '../../src/config/toml.js'

const SAMPLE = `mode = "observe"
"quoted name" = 1
[listen]
  socket = "systemd"
a.b = [1, { c = 2 }]
[plugin."detect/zip"]
limit = 5
[[rule]]
sender = "a"
[[rule]]
sender = "b"
`

const PLACES: readonly (readonly [(string | number)[], 'name' | 'value', string])[] = [
  [['mode'], 'name', 'f:1:1'],
  [['mode'], 'value', 'f:1:8'],
  [['quoted name'], 'name', 'f:2:1'],
  [['listen'], 'name', 'f:3:2'],
  [['listen', 'socket'], 'value', 'f:4:12'],
  [['listen', 'a', 'b'], 'name', 'f:5:3'],
  [['listen', 'a', 'b', 0], 'value', 'f:5:8'],
  [['listen', 'a', 'b', 1, 'c'], 'value', 'f:5:17'],
  [['plugin', 'detect/zip', 'limit'], 'value', 'f:7:9'],
  [['rule', 0, 'sender'], 'value', 'f:9:10'],
  [['rule', 1, 'sender'], 'value', 'f:11:10'],
  [['rule', 1, 'absent'], 'name', 'f:10:3'],
  [['rule'], 'name', 'f:8:3'],
  [['plugin'], 'name', 'f:6:2'],
  [['absent'], 'name', 'f:1:1'],
  [[], 'name', 'f:1:1'],
]

void t.test('names and values are found where they stand', async t => {
  const document = parseToml(SAMPLE, 'f')
  for (const [path, of, want] of PLACES) t.equal(document.where(path, of), want, path.join('.'))
})

const BROKEN: readonly (readonly [string, string, RegExp])[] = [
  ['an open quotation mark', 'a = "x\nb = 1\n', /^f:1:\d+: /],
  ['an open section', '[listen\nx = 1\n', /^f:1:\d+: /],
  ['a name twice', 'a = 1\na = 2\n', /^f:2:\d+: /],
  ['a control character', 'a = "\u0001"\n', /^f:1:\d+: /],
  ['no value', 'a =\n', /^f:1:\d+: /],
]

for (const [name, source, want] of BROKEN) {
  void t.test(`${name} is an error with its place and without what stands there`, async t => {
    t.throws(() => parseToml(source, 'f'), { code: 'ERR_CONFIG_INVALID', message: want })
    try {
      parseToml(source, 'f')
    } catch (thrown) {
      t.notOk((thrown as Error).message.includes('\n'), 'one line')
    }
  })
}

void t.test('a file that is too large is not read', async t => {
  const large = `a = "${'x'.repeat(MAX_FILE_SIZE)}"`
  t.throws(() => parseToml(large, 'f'), { code: 'ERR_CONFIG_INVALID', message: /larger than/ })
})

void t.test('nesting without end is an error, not a crash', async t => {
  t.throws(() => parseToml(`a = ${'['.repeat(100_000)}`, 'f'), { code: 'ERR_CONFIG_INVALID' })
})

void t.test('a file cut at any byte is read or refused with ERR_CONFIG_INVALID', async t => {
  let seen = 0
  for (let length = 0; length <= SAMPLE.length; length++) {
    t.ok(readOrRefused(SAMPLE.slice(0, length)), `cut at ${length}`)
    seen++
  }
  t.equal(seen, SAMPLE.length + 1)
})

void t.test('any text is read or refused with ERR_CONFIG_INVALID', async t => {
  const noise = fc.oneof(
    fc.string(),
    fc.string({
      unit: fc.constantFrom('[', ']', '=', '"', "'", '.', 'a', '\n', '{', '}', ',', '1'),
    }),
  )
  fc.assert(fc.property(noise, readOrRefused), { numRuns: 2000 })
  t.pass('2000 texts')
})

function readOrRefused(source: string): boolean {
  try {
    parseToml(source, 'f').where(['a', 0], 'value')
    return true
  } catch (thrown) {
    return thrown instanceof GatewayError && thrown.code === 'ERR_CONFIG_INVALID'
  }
}
