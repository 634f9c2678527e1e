import { definePlugin, s, type Label } from 'postseal/plugin'
import { compileFormat, type NumberFormat } from './number-format.js'

export default definePlugin({
  name: 'classify/customer-numbers',
  stage: 'classify',
  apiVersion: '1.0',
  version: '1.0.0',
  summary: 'Raises the class of a message that holds customer numbers of a format of your own.',
  config: {
    format: s.tables({
      fields: {
        name: s.text({ default: 'customer number', maxLength: 60, doc: 'What the log calls it.' }),
        shape: s.text({
          default: '',
          maxLength: 40,
          doc: '# is a digit, ? a capital letter, all else stands for itself: "KD-######".',
        }),
        check: s.choice({
          values: ['none', 'luhn', 'mod97'],
          default: 'none',
          doc: 'How its digits check themselves: Luhn (ISO/IEC 7812-1) or MOD 97-10 (ISO/IEC 7064).',
        }),
        from: s.integer({ default: 1, min: 1, doc: 'Different numbers in one message.' }),
        class: s.riskClass({ default: 'high', doc: 'Class from so many numbers on.' }),
      },
      default: [],
      doc: 'Formats to look for.',
    }),
  },
  setup({ config }) {
    const formats: readonly NumberFormat[] = config.format.map(compileFormat)
    return async mail => {
      const seen = formats.map(() => new Map<string, string>())
      for await (const { text, path } of mail.textParts())
        for (const [index, { numbersIn }] of formats.entries())
          for (const number of numbersIn(text)) seen[index]?.set(number, path)
      const labels: Label[] = []
      for (const [index, { name, from, riskClass }] of formats.entries()) {
        const numbers = seen[index] ?? new Map<string, string>()
        const [part] = numbers.values()
        if (numbers.size < from || part === undefined) continue
        const why = `${numbers.size} different: ${name}`
        labels.push({ id: 'customer-number', class: riskClass, part, count: numbers.size, why })
      }
      return labels
    }
  },
})
