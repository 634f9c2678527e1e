import {
  definePlugin,
  DICTIONARY_SETTINGS,
  dictionaryJudges,
  dictionaryOptions,
  readMail,
  TEXT_SETTINGS,
} from 'postseal/plugin'

export default definePlugin({
  name: 'classify/dictionary',
  stage: 'classify',
  summary: 'Raises the class of a message by its words: health, pay, money, tax, justice, offices.',
  config: { ...DICTIONARY_SETTINGS, ...TEXT_SETTINGS },
  setup({ config }) {
    const begin = dictionaryJudges({
      ...dictionaryOptions(config),
      maxText: config.max_message_size,
    })
    return (mail, signal) => readMail(mail, begin(), config.max_part_size, signal)
  },
})
