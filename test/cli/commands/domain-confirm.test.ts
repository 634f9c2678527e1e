import t from 'tap'
import { command } from '../../../src/cli/commands/domain.js'
import { confirm } from '../../../src/cli/commands/domain-confirm.js'
import { storeBench } from '../../support/store-commands.js'
import { sampleVerdict } from '../../support/store-verdict-samples.js'

t.test(
  'servers are vouched for by domain or by name, on record, until it is taken back',
  async t => {
    const bench = storeBench(t, command)
    const facts = (domain: string, ...hosts: string[]) => ({
      domain,
      hosts: hosts.map(host => ({ host })),
    })
    await bench.prepare(async store => {
      for (const [domain, ...hosts] of [
        ['a.example', 'mx.provider.example'],
        ['b.example', 'mx.provider.example', 'mx.other.example'],
      ] as const) {
        await store.domains.saveVerdict(
          sampleVerdict({ domain, level: 'mandatory' }, { facts: facts(domain, ...hosts) }),
        )
      }
    })
    const word = ['--reason', 'contract 12']
    const given = await bench.run('domain', 'confirm', '--mx', '.Provider.example', ...word)
    t.match(given, { exit: 0, err: /Confirmation 1 holds; 1 known domains/ })
    await bench.run('domain', 'confirm', 'b.example', ...word, '--until', '2099-01-31')
    const list = await bench.run('domain', 'confirmations')
    t.match(
      list.out,
      /^1 {2}servers \.provider\.example\n.*contract 12\n2 {2}b\.example, until 2099/,
    )
    const json = await bench.run('domain', 'confirmations', '--json')
    t.match(JSON.parse(json.out.split('\n')[0] ?? ''), { id: 1, kind: 'mx', until: null })
    t.match(await bench.run('domain', 'unconfirm', '1', '--reason', 'over'), {
      exit: 0,
      err: /Confirmation 1 is gone; 1 known/,
    })
    t.match(await bench.run('domain', 'unconfirm', '1', '--reason', 'over'), { exit: 64 })
    t.match(await bench.run('domain', 'confirm', '*', ...word), { exit: 65, err: /not a domain/ })
    t.match(confirm.command, 'confirm')
  },
)
