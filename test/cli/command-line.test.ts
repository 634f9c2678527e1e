import t from 'tap'
import { runCommandLine } from '../../src/cli/command-line.js'

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const out = t.capture(process.stdout, 'write', () => true)
  const err = t.capture(process.stderr, 'write', () => true)
  const log = t.capture(console, 'log')
  const error = t.capture(console, 'error')
  try {
    const code = await runCommandLine(args)
    const text = (calls: readonly { args: unknown[] }[]): string =>
      calls.map(call => String(call.args[0])).join('')
    return { code, out: text(out()) + text(log()), err: text(err()) + text(error()) }
  } finally {
    for (const captured of [out, err, log, error]) captured.restore()
    process.exitCode = undefined
  }
}

t.test('mistakes on the command line end with 64 and say how to go on', async t => {
  const cases: [args: string[], message: RegExp][] = [
    [[], /Name a command/],
    [['chek'], /Did you mean check/],
    [['check'], /Not enough non-option arguments/],
    [['check', '--asume', 'x=none', 'x.eml'], /Unknown argument/],
    [['check', '--assume', 'x', 'x.eml'], /write DOMAIN=LEVEL/],
  ]
  for (const [args, message] of cases) {
    const { code, out, err } = await run(...args)
    t.equal(code, 64, args.join(' '))
    t.match(err, message)
    t.match(err, /--help/)
    t.equal(out, '')
  }
})

t.test('wrong settings end with 78 and the remedy', async t => {
  const folder = t.testdir({ 'milter.conf': 'mod = "observe"\n' })
  const { code, err } = await run('check', '--config', `${folder}/milter.conf`, 'x.eml')
  t.equal(code, 78)
  t.match(err, /milter\.conf:1:1: mod: unknown name, did you mean "mode"\?/)
  t.match(err, /config check/)
})

t.test('help and version go to standard output', async t => {
  t.match(await run('--version'), { code: 0, out: /^\d+\.\d+\.\d+/ })
  t.match(await run('check', '--help'), { code: 0, out: /what would happen/i })
})
