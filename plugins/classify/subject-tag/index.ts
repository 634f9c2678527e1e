import { decodeHeaderText, definePlugin, s, type Label } from 'postseal/plugin'
import { findTags, type Sighting } from './find-tags.js'
import { tagList } from './tag-list.js'

const TAG = s.text({
  doc: 'A tag in square brackets, or a word.',
  maxLength: 100,
  pattern: /^(?:\[\s*[^\s[\]][^[\]]*\]|[^\s[\]]+)$/u,
  values: 'a tag such as "[secure]", "[sms:*]" or a word such as "CRYPT"',
})

export default definePlugin({
  name: 'classify/subject-tag',
  stage: 'classify',
  summary: 'Raises the class of a message whose subject carries a tag such as [confidential].',
  needs: { body: false },
  config: {
    confidential: s.list({
      of: TAG,
      default: [
        '[confidential]',
        '[encrypt]',
        '[priv]',
        '[secure]',
        '[geheim]',
        '[verschlüsseln]',
        '[verschluesseln]',
        '[vertraulich]',
        '[chiffrer]',
        '[confidentiel]',
        '[confidenziale]',
        '[riservato]',
        '[pw]',
        '[pw:*]',
        '[sms:*]',
        'CRYPT',
      ],
      doc: 'Tags that make a message confidential. [name] counts in any case and in brackets of any kind at the start and the end of the subject, [name:*] with anything after the colon; a word without brackets counts at the start, exactly as written.',
    }),
    high: s.list({
      of: TAG,
      default: [],
      doc: 'Tags that make the class of a message at least high.',
    }),
    in_replies: s.boolean({
      default: false,
      doc: 'Whether a tag behind "Re:", "AW:", "Fwd:" and the like counts too; it is left in the subject.',
    }),
  },
  setup({ config }) {
    const list = tagList([
      ['confidential', config.confidential],
      ['high', config.high],
    ])
    return mail => {
      const subjects = mail.root.fields.filter(({ name }) => name.toLowerCase() === 'subject')
      return subjects.flatMap(({ value }) =>
        findTags(decodeHeaderText(value), list, config.in_replies).map(labelOf),
      )
    }
  },
})

const PLACE = {
  start: 'the subject begins with',
  end: 'the subject ends with',
  quoted: 'the quoted subject carries',
} as const satisfies Record<Sighting['place'], string>

function labelOf(sighting: Sighting): Label {
  return {
    id: `subject-tag-${sighting.place}`,
    class: sighting.class,
    count: sighting.tags.length,
    part: '1',
    why: `${PLACE[sighting.place]} ${sighting.tags.join(' ')}`,
  }
}
