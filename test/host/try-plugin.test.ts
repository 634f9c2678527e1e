import t from 'tap'
import { parseConfig } from '../../src/config/load.js'
import { tryPlugin } from '../../src/host/try-plugin.js'
import { parseMail } from '../../src/message/parse-mail.js'
import { sampleDecision } from '../../src/testkit/sample-decision.js'
import { recordLog } from '../support/log-recorder.js'

const mail = parseMail(Buffer.from('Subject: [streng] Befund\r\n\r\nhello\r\n'))

t.test('a plugin that no list names is run on one mail, with settings of its own', async t => {
  const { log } = recordLog(t)
  const config = parseConfig('plugins.classify = []', undefined)
  const run = (settings: object): ReturnType<typeof tryPlugin> =>
    tryPlugin(
      'classify/subject-tag',
      { ...settings },
      mail,
      sampleDecision(mail, 'normal'),
      config,
      log,
    )
  t.strictSame(await run({}), [])
  t.match(await run({ high: ['[streng]'] }), [{ plugin: 'classify/subject-tag', class: 'high' }])
})

t.test('an unknown plugin and a wrong setting are said', async t => {
  const { log } = recordLog(t)
  const config = parseConfig('', undefined)
  const decision = sampleDecision(mail, 'normal')
  await t.rejects(tryPlugin('classify/absent', {}, mail, decision, config, log), {
    code: 'ERR_HOST_LOAD',
  })
  await t.rejects(tryPlugin('classify/subject-tag', { hgh: [] }, mail, decision, config, log), {
    code: 'ERR_CONFIG_INVALID',
    message: /command line: .*hgh: unknown name, did you mean "high"/,
  })
})
