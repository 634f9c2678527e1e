import {
  definePlugin,
  IDENTIFIER_SETTINGS,
  identifierJudges,
  identifierOptions,
  readMail,
  TEXT_SETTINGS,
} from 'postseal/plugin'

export default definePlugin({
  name: 'classify/identifiers',
  stage: 'classify',
  summary: 'Raises the class of a message that names persons by number: AHV, IBAN, tax, cards.',
  config: { ...IDENTIFIER_SETTINGS, ...TEXT_SETTINGS },
  setup({ config }) {
    const begin = identifierJudges({
      ...identifierOptions(config),
      maxText: config.max_message_size,
    })
    return (mail, signal) => readMail(mail, begin(), config.max_part_size, signal)
  },
})
