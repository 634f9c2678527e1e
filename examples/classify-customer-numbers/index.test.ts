import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildMail, runPlugin } from 'postseal/testkit'
import plugin from './index.js'

const plain = { name: 'customer', shape: 'KD-######' }
const cases = [
  ['a number of the format', [plain], 'Your number: KD-123456.', [['high', 1]]],
  ['another length', [plain], 'KD-12345 and KD-1234567', []],
  ['a letter before it', [plain], 'XKD-123456', []],
  ['the same number twice', [plain], 'KD-123456, again KD-123456', [['high', 1]]],
  ['fewer than it takes', [{ ...plain, from: 2 }], 'KD-123456', []],
  ['as many as it takes', [{ ...plain, from: 2 }], 'KD-123456 KD-654321', [['high', 2]]],
  ['a right Luhn digit', [{ shape: '#### ####', check: 'luhn' }], '1234 5674', [['high', 1]]],
  ['a wrong Luhn digit', [{ shape: '#### ####', check: 'luhn' }], '1234 5675', []],
  ['a right MOD 97-10', [{ shape: '?######', check: 'mod97' }], 'A123482', [['high', 1]]],
  ['a wrong MOD 97-10', [{ shape: '?######', check: 'mod97' }], 'A123483', []],
  [
    'signs that mean something else in an expression',
    [{ shape: '(##.##)*' }],
    '(12.34)*',
    [['high', 1]],
  ],
  [
    'two formats, each with its class',
    [plain, { shape: '????', class: 'confidential' }],
    'KD-123456 ABCD',
    [
      ['high', 1],
      ['confidential', 1],
    ],
  ],
  ['no format', [], 'KD-123456', []],
] as const

for (const [name, format, text, want] of cases) {
  test(name, async () => {
    const { labels } = await runPlugin(plugin, buildMail({ text }), { settings: { format } })
    assert.deepEqual(
      labels.map(label => [label.class, label.count]),
      want,
    )
    assert.ok(!JSON.stringify(labels).includes('123456'), 'no number in the evidence')
  })
}

test('a shape that would match anything keeps the daemon from starting', async () => {
  const settings = { format: [{ shape: '##' }] }
  await assert.rejects(runPlugin(plugin, buildMail({ text: '' }), { settings }), /shape "##"/)
})
