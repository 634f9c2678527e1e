import {
  definePlugin,
  IDENTIFIER_SETTINGS,
  identifierJudges,
  identifierOptions,
  mailPassages,
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
    return async (mail, signal) => {
      const judge = begin()
      for await (const passage of mailPassages(mail, config.max_part_size)) {
        await judge.read(passage, signal)
        if (judge.isFull) break
      }
      return judge.labels()
    }
  },
})
