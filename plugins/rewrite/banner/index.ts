import { definePlugin, RISK_CLASSES, s, type Edit } from 'postseal/plugin'
import { bodyParts } from './body-parts.js'
import { chooseBanner } from './choose-banner.js'
import { partEdits } from './part-edits.js'
import { LANGUAGES } from './templates.js'

export default definePlugin({
  name: 'rewrite/banner',
  stage: 'rewrite',
  summary:
    'Puts a text of your own into the message, by its class and the level of its recipients.',
  config: {
    banner: s.tables({
      fields: {
        class: s.choice({
          values: ['any', ...RISK_CLASSES],
          default: 'any',
          doc: 'Class of the messages that get this banner.',
        }),
        level: s.choice({
          values: ['any', 'qualified', 'mandatory', 'none', 'undetermined'],
          default: 'any',
          doc: 'Level that the domains of all recipients outside have.',
        }),
        text: s.text({
          default: '',
          maxLength: 2000,
          doc: 'Plain text; empty: such a message gets no banner.',
        }),
        html: s.text({
          default: '',
          maxLength: 10_000,
          doc: 'HTML for the HTML part, put in as it is; empty: the plain text in a box.',
        }),
      },
      default: [],
      doc: 'Banners; the first that fits is taken.',
    }),
    template: s.choice({
      values: ['none', ...LANGUAGES],
      default: 'none',
      doc: 'Language of the shipped texts for messages of class high and confidential that no banner of your own fits.',
    }),
    position: s.choice({
      values: ['top', 'bottom'],
      default: 'bottom',
      doc: 'Where the banner goes.',
    }),
    max_part_size: s.size({
      default: '1M',
      max: '16M',
      doc: 'A message with a longer text part gets no banner.',
    }),
    dkim_signed: s.choice({
      values: ['leave', 'change'],
      default: 'leave',
      doc: 'Whether a message that came with a DKIM signature is left alone or loses it by the change.',
    }),
  },
  setup({ config, log }) {
    return async (mail, decision, signal) => {
      const banner = chooseBanner(decision, config.banner, config.template)
      if (banner === undefined) return []
      const isSigned = mail.root.fields.some(({ name }) => name.toLowerCase() === 'dkim-signature')
      if (isSigned && config.dkim_signed === 'leave') return []
      const parts = bodyParts(mail)
      const protectedPaths = new Set(decision.content.parts.map(({ path }) => path))
      const mayChange = parts.every(
        ({ body, path }) =>
          body.end - body.start <= config.max_part_size && !protectedPaths.has(path),
      )
      const edits: Edit[] = []
      for (const part of mayChange ? parts : []) {
        signal.throwIfAborted()
        const forPart = await partEdits(mail, part, banner, config.position)
        if (forPart === undefined) {
          // All alternatives or none: else two readers see two messages.
          log.debug('no-banner', `part ${part.path} cannot have one`)
          return []
        }
        edits.push(...forPart)
      }
      return edits
    }
  },
})
