import { definePlugin, s, SENSITIVITY_SETTINGS, type Label } from 'postseal/plugin'
import { fieldJudges } from './field-judges.js'
import { triggerReader } from './trigger-headers.js'

const fieldName = s.text({
  doc: 'Name of a header field.',
  maxLength: 100,
  pattern: /^[!-9;-~]+$/,
  values: 'the name of a header field, or its beginning and an asterisk',
})

export default definePlugin({
  name: 'classify/header',
  stage: 'classify',
  summary: 'Raises the class by what header fields say: Sensitivity, Purview labels, triggers.',
  needs: { body: false },
  config: {
    sensitivity_personal: s.riskClass({
      default: 'high',
      doc: 'Class for "Sensitivity: Personal".',
    }),
    sensitivity_private: s.riskClass({
      default: 'confidential',
      doc: 'Class for "Sensitivity: Private".',
    }),
    sensitivity_company_confidential: s.riskClass({
      default: 'confidential',
      doc: 'Class for "Sensitivity: Company-Confidential".',
    }),
    ...SENSITIVITY_SETTINGS,
    protective_marking: s.boolean({
      default: true,
      doc: 'Whether X-Protective-Marking (Australian government) counts.',
    }),
    triggers: s.list({
      of: fieldName,
      default: ['x-smenc', 'x-smwebmail', 'X-Sophos-SPX-Encrypt', 'X-SophosEmailEncrypt-*'],
      doc: 'Header fields by which users and clients ask other products for encryption.',
    }),
    trigger_class: s.riskClass({ default: 'confidential', doc: 'Class for such a header field.' }),
  },
  setup({ config }) {
    const judges = fieldJudges(config)
    const triggerOf = triggerReader(config.triggers)
    return mail => {
      const claims: Label[] = []
      for (const { name, value } of mail.root.fields) {
        const trigger = triggerOf(name, value)
        if (trigger !== undefined) {
          const why = `the header asks for encryption (${trigger})`
          claims.push({ id: 'trigger-header', class: config.trigger_class, why })
        }
        claims.push(...(judges.get(name.toLowerCase())?.(value) ?? []))
      }
      return counted(claims.filter(claim => claim.class !== 'normal'))
    }
  },
})

/** The same claim from several fields or tenants is one label with a count. */
function counted(claims: readonly Label[]): readonly Label[] {
  const labels = new Map<string, Label>()
  for (const claim of claims) {
    const key = `${claim.class} ${claim.why}`
    labels.set(key, { ...claim, count: (labels.get(key)?.count ?? 0) + 1 })
  }
  return [...labels.values()]
}
