import { definePlugin, fieldsNamed, s, type Edit } from 'postseal/plugin'
import { hiddenHosts } from './hidden-hosts.js'
import { partEdit } from './part-edit.js'

export default definePlugin({
  name: 'rewrite/hide-inside',
  stage: 'rewrite',
  apiVersion: '1.0',
  version: '1.0.0',
  summary: 'Takes header fields and host names of the inside out of what leaves.',
  config: {
    remove_headers: s.list({
      of: s.text({ doc: 'Name of a header field.', maxLength: 100 }),
      default: ['X-Originating-IP', 'X-Mailer', 'User-Agent'],
      max: 50,
      doc: 'Header fields that are taken out.',
    }),
    domains: s.domains({
      default: [],
      doc: 'Inside domains: names of hosts below them are replaced in text parts.',
    }),
    replacement: s.text({
      default: '[internal host]',
      maxLength: 60,
      doc: 'What stands there then.',
    }),
  },
  setup({ config, log }) {
    const hide = hiddenHosts(config.domains, config.replacement)
    return async (mail, decision, signal) => {
      const { recipients } = decision
      const staysInside = recipients.every(({ level }) => level === 'internal')
      if (recipients.length > 0 && staysInside) return []
      const edits: Edit[] = config.remove_headers
        .filter(name => fieldsNamed(mail.root, name).length > 0)
        .map(name => ({ kind: 'remove-header', name }))
      // A message that a lane hands back has been through this already.
      if (hide === undefined || decision.returned === true) return edits
      for await (const text of mail.textParts()) {
        signal.throwIfAborted()
        const changed = hide(text.text)
        if (changed === text.text) continue
        const edit = partEdit(mail, text, changed)
        if (edit === undefined) log.info('left-as-it-is', `part ${text.path} cannot be changed`)
        else edits.push(edit)
      }
      return edits
    }
  },
})
