import t from 'tap'
import { compareAudits } from '../support/audit-oracle.js'
import { SHORT_RUN } from '../support/audit-servers.js'

await t.test(
  'sslscan sees the same behind STARTTLS; all servers by npm run audit-oracles',
  async t => {
    const results = await compareAudits(SHORT_RUN, 'sslscan')
    for (const { server, missing, more, explained, ours } of results) {
      t.ok(ours > 15, `${server}: ${ours} suites and groups`)
      if (explained === undefined) t.same({ missing, more }, { missing: [], more: [] }, server)
    }
    t.equal(results.length, SHORT_RUN.length)
  },
)
