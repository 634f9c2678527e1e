import {
  decodeHeaderText,
  definePlugin,
  fieldsNamed,
  s,
  type Label,
  type Mail,
  type PluginNetwork,
  type PluginState,
} from 'postseal/plugin'

/** As the register gives them out: two letters and seven digits. */
const CLIENT = /\b[A-Z]{2}\d{7}\b/g

/** Numbers of one message that the register is asked about. */
const MAX_CLIENTS = 50

export default definePlugin({
  name: 'classify/client-register',
  stage: 'classify',
  apiVersion: '1.1',
  version: '1.0.0',
  summary: 'Asks a register whether a client that a message names is under professional secrecy.',
  needs: { network: true, state: true },
  config: {
    url: s.text({
      default: '',
      doc: 'Address of the register; the number is put behind it. Empty: the plugin does nothing.',
    }),
    token: s.text({ default: '', doc: 'Sent as bearer token; empty: none.' }),
    timeout: s.duration({ default: '2s', max: '20s', doc: 'For one question.' }),
    keep: s.duration({ default: '1h', max: '7d', doc: 'How long an answer counts.' }),
    max_per_hour: s.integer({
      default: 10_000,
      min: 1,
      doc: 'Questions an hour; what would be more defers the message.',
    }),
    class: s.riskClass({ default: 'confidential', doc: 'Class of mail about such a client.' }),
  },
  setup({ config, network, state }) {
    return async (mail, signal) => {
      if (config.url === '') return []
      const labels: Label[] = []
      for (const [number, part] of await clientsIn(mail)) {
        signal.throwIfAborted()
        if (!(await isProtected(number, { config, network, state, signal }))) continue
        labels.push({
          id: 'client-register',
          class: config.class,
          part,
          // Masked: a number is as good as a name to whoever reads the log.
          why: `the register names the client whose number ends in ${number.slice(-2)}`,
        })
      }
      return labels
    }
  },
})

interface Asking {
  readonly config: {
    readonly url: string
    readonly token: string
    readonly timeout: number
    readonly keep: number
    readonly max_per_hour: number
  }
  readonly network: PluginNetwork
  readonly state: PluginState
  readonly signal: AbortSignal
}

/** Numbers with the part that each stands in first. */
async function clientsIn(mail: Mail): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  const look = (text: string, part: string): void => {
    for (const [number] of text.matchAll(CLIENT))
      if (!found.has(number) && found.size < MAX_CLIENTS) found.set(number, part)
  }
  for (const { value } of fieldsNamed(mail.root, 'subject')) look(decodeHeaderText(value), '1')
  for await (const { text, path } of mail.textParts()) look(text, path)
  return found
}

/** Whatever is no clear answer throws: the message is deferred, and the sender's MTA tries again. */
async function isProtected(number: string, asking: Asking): Promise<boolean> {
  const { config, network, state, signal } = asking
  const answer = await network.request(`${config.url}${number}`, {
    headers: {
      accept: 'application/json',
      ...(config.token === '' ? {} : { authorization: `Bearer ${config.token}` }),
    },
    timeoutMs: config.timeout,
    cacheSeconds: config.keep / 1000,
    signal,
  })
  if (!answer.fromCache && (await state.add('asked', 1, { seconds: 3600 })) > config.max_per_hour)
    throw new Error('more questions this hour than max_per_hour allows')
  if (answer.status === 404) return false
  const said = answer.json() as { readonly protected?: unknown }
  if (answer.status !== 200 || typeof said.protected !== 'boolean')
    throw new Error(`the register answered ${answer.status}`)
  return said.protected
}
