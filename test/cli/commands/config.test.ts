import t from 'tap'
import { command } from '../../../src/cli/commands/config.js'
import { runCommand } from '../../support/host-command.js'

void t.test('check says that nothing is wrong, or all that is', async t => {
  t.equal(command.command, 'config <action>')
  const folder = t.testdir({
    'good.conf': 'mode = "observe"\n',
    'bad.conf': 'mod = 1\n[plugin."classify/header"]\nsensitivity_privat = "high"\n',
    'plugin.conf': '[plugin."classify/header"]\nsensitivity_privat = "high"\n',
  })
  const good = await runCommand(t, 'config', 'check', '--config', `${folder}/good.conf`)
  t.match(good, { code: 0, out: `${folder}/good.conf: no problems found.\n` })
  const bad = await runCommand(t, 'config', 'check', '--config', `${folder}/bad.conf`)
  t.match(bad, { code: 78, out: '', err: /bad\.conf:1:1: mod: unknown name, did you mean "mode"/ })
  const plugin = await runCommand(t, 'config', 'check', '--config', `${folder}/plugin.conf`)
  t.match(plugin, { code: 78, err: /plugin\.conf:2:1: .*did you mean "sensitivity_private"/ })
})

void t.test('check names what the policy asks for and cannot have yet', async t => {
  const folder = t.testdir({
    'shipped.conf': '',
    'ask.conf':
      'policy.decision_table = "plain.tsv"\n[[rule]]\nname = "board"\naction = "ask"\nrecipient = ["bob@out.example"]\n',
    'plain.conf': 'policy.decision_table = "plain.tsv"\n',
    'plain.tsv':
      'row\tclass\tkind\tlevel\twaited\tcontent\tstrength\tcoverage\taction\twhy\n' +
      'all.1\t*\t*\t*\t*\t*\t*\t*\treject\tnothing leaves\n',
  })
  const cases: [file: string, want: RegExp][] = [
    [
      'shipped.conf',
      /^Note: "seal" rejects until a seal plugin is usable; it stands in normal\.7, normal\.8, .*confidential\.6\.\n$/,
    ],
    [
      'ask.conf',
      /^Note: "ask" needs \[ask\] address or listen, else nobody is asked; it stands in rule board\.\n$/,
    ],
    ['plain.conf', /^$/],
  ]
  for (const [file, err] of cases) {
    t.match(await runCommand(t, 'config', 'check', '--config', `${folder}/${file}`), {
      code: 0,
      err,
    })
  }
})

void t.test('show prints every setting with its place', async t => {
  const folder = t.testdir({ 'a.conf': 'mode = "observe"\n' })
  const { code, out } = await runCommand(t, 'config', 'show', '--config', `${folder}/a.conf`)
  t.equal(code, 0)
  t.match(out, /^mode = "observe" {2}# .*a\.conf:1:8$/m)
  t.match(out, /^\[log\]$/m)
})

void t.test('schema prints one JSON object', async t => {
  const { code, out } = await runCommand(t, 'config', 'schema')
  t.equal(code, 0)
  t.equal(out.trimEnd().split('\n').length, 1)
  t.match(JSON.parse(out), { title: 'milter.conf' })
})
