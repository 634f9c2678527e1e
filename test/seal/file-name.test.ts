import fc from 'fast-check'
import t from 'tap'
import { cleanFileName, differentNames } from '../../src/seal/file-name.js'

t.test('a name leads nowhere and shows what it is', async t => {
  const cases: [string | undefined, string][] = [
    ['Befund Müller.pdf', 'Befund Müller.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\Windows\\system.ini', 'system.ini'],
    ['C:\\a.txt', 'a.txt'],
    ['/', 'file'],
    ['..', 'file'],
    ['', 'file'],
    [undefined, 'file'],
    ['.bashrc', 'bashrc'],
    ['-rf', 'rf'],
    ['a\0b.txt', 'a_b.txt'],
    ['a\r\nb.txt', 'a__b.txt'],
    ['a\u202Efdp.exe', 'afdp.exe'],
    ['a\u200B.txt', 'a.txt'],
    ['con', '_con'],
    ['COM1.txt', '_COM1.txt'],
    ['console.txt', 'console.txt'],
    ['name.', 'name'],
    ['name. . ', 'name'],
    ['a<b>|"?*:.txt', 'a_b______.txt'],
    ['\uD800.txt', '_.txt'],
    [`${'x'.repeat(200)}.pdf`, `${'x'.repeat(116)}.pdf`],
    ['x'.repeat(200), 'x'.repeat(120)],
    ['Zu\u0308rich', 'Z\u00fcrich'],
  ]
  for (const [name, want] of cases) t.equal(cleanFileName(name, 'file'), want, JSON.stringify(name))
  t.ok(cases.length > 0)
})

t.test(
  'whatever the name was, the clean one is harmless, and cleaning it again changes nothing',
  async t => {
    let seen = 0
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), name => {
        seen += 1
        const clean = cleanFileName(name, 'file')
        const isHarmless = !/[\p{Cc}/\\<>:"|?*\u202E]|^[.\s]|[.\s]$/u.test(clean)
        return (
          isHarmless &&
          clean.length > 0 &&
          clean.length <= 121 &&
          cleanFileName(clean, '') === clean
        )
      }),
      { numRuns: 1000 },
    )
    t.equal(seen, 1000)
  },
)

t.test('names of one folder differ, whatever their case', async t => {
  t.same(differentNames(['a.pdf', 'A.pdf', 'a.pdf', 'b', 'b', 'a (2).pdf']), [
    'a.pdf',
    'A (2).pdf',
    'a (3).pdf',
    'b',
    'b (2)',
    'a (2) (2).pdf',
  ])
  t.same(differentNames([]), [])
})
