import t from 'tap'
import { API_VERSION, definePlugin, s, type Label } from 'postseal/plugin'

void t.test('a definition carries its stage, name and the defaults', async t => {
  const plugin = definePlugin({
    stage: 'classify',
    name: 'classify/sample',
    summary: 'Says nothing.',
    config: {
      count: s.integer({ default: 2, doc: 'How many.' }),
      risk: s.riskClass({ default: 'high', doc: 'Which class.' }),
    },
    setup({ config }) {
      // Compiles only when each setting has the type of its kind.
      const count: number = config.count
      const risk: 'normal' | 'high' | 'confidential' = config.risk
      const labels: Label[] = [{ id: 'sample', class: risk, count, why: 'always' }]
      return () => labels
    },
  })
  t.match(plugin, {
    stage: 'classify',
    name: 'classify/sample',
    apiVersion: API_VERSION,
    thread: 'main',
    version: '',
  })
  t.ok(Object.isFrozen(plugin))
})

void t.test('what does not fit its stage does not compile', async t => {
  const summary = 'x'
  const seen = [
    // @ts-expect-error the name must start with the stage
    definePlugin({ stage: 'detect', name: 'classify/x', summary, setup: () => () => [] }),
    definePlugin({
      stage: 'classify',
      name: 'classify/x',
      summary,
      // @ts-expect-error a classifier gives labels, not findings
      setup: () => () => [{ system: 'zip', part: '1', verdict: 'encrypted', why: '' }],
    }),
    // @ts-expect-error a detector decides nothing
    definePlugin({ stage: 'detect', name: 'detect/x', summary, setup: () => () => 'encrypted' }),
    // @ts-expect-error there is no such stage
    definePlugin({ stage: 'decide', name: 'decide/x', summary, setup: () => () => [] }),
    definePlugin({
      stage: 'rewrite',
      name: 'rewrite/x',
      summary,
      config: { size: s.size({ default: '1K', doc: '' }) },
      setup: ({ config }) => {
        // @ts-expect-error the setting is a number
        config.size satisfies string
        return () => []
      },
    }),
    definePlugin({
      stage: 'rewrite',
      name: 'rewrite/x',
      summary,
      config: { size: s.size({ default: '1K', doc: '' }) },
      setup: ({ config }) => {
        // @ts-expect-error there is no such setting
        t.equal(config.absent, undefined)
        return () => []
      },
    }),
  ]
  t.equal(seen.length, 6)
})
