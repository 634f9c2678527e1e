import t from 'tap'
import { readTlsProfile } from '../../src/qtls/tls-profile.js'
import { verdictRules } from '../../src/qtls/verdict-rules.js'
import { VerdictReviser } from '../../src/upkeep/revising.js'
import { recordLog } from '../support/log-recorder.js'

t.test(
  'verdicts are made anew once for each set of rules, and looked for now and then',
  async t => {
    const { log, lines } = recordLog(t)
    const usual = verdictRules(readTlsProfile('bsi-compatible'), ['dnssec'])
    const strict = verdictRules(readTlsProfile('bsi-2026'), ['dnssec'])
    const state = { rules: usual, now: 0, questions: 0, isBroken: false }
    const store = {
      listConfirmations: async () => {
        if (state.isBroken) throw new Error('gone')
        return []
      },
      verdictsByOtherRules: async () => {
        state.questions += 1
        const row = { domain: 'a.example', probedAt: 1, reasons: [], facts: undefined }
        return state.questions === 1 ? [row] : []
      },
      reviseVerdicts: async () => [
        { domain: 'a.example', outcome: 'kept', before: 'none', changed: false } as const,
      ],
    }
    const reviser = new VerdictReviser({
      store,
      rules: () => state.rules,
      log,
      now: () => state.now,
    })
    const { signal } = new AbortController()
    t.equal(reviser.isDone, false)
    await reviser.turn(signal)
    t.equal(reviser.isDone, true)
    t.equal(state.questions, 1)
    await reviser.turn(signal)
    t.equal(state.questions, 1)
    state.now = 600_000
    await reviser.turn(signal)
    t.equal(state.questions, 2, 'somebody else may have kept some')

    state.rules = strict
    state.isBroken = true
    t.equal(reviser.isDone, false)
    await t.rejects(reviser.turn(signal), { message: 'gone' })
    t.equal(reviser.isDone, false)
    state.isBroken = false
    await reviser.turn(signal)
    t.equal(reviser.isDone, true)
    t.same(lines, [], 'nothing was made anew')
  },
)
