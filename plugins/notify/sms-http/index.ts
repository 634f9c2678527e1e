import { readFileSync, statSync } from 'node:fs'
import { definePlugin, s } from 'postseal/plugin'
import { fillTemplate, headersFrom, numberIn, templateOf } from './request.js'

/** What a gateway says of a message that it will never take: a number that is none, above all. */
const REFUSED: ReadonlySet<number> = new Set([400, 410, 413, 422])

export default definePlugin({
  name: 'notify/sms-http',
  stage: 'notify',
  summary: 'Hands the password of a letter to an HTTP gateway that sends text messages.',
  needs: { network: true },
  config: {
    url: s.text({
      default: '',
      example: 'https://sms.example.net/v1/messages',
      maxLength: 1000,
      pattern: /^(?:https?:\/\/[!-~]+)?$/,
      values: 'an https address',
      doc: 'Where messages are handed over; http on this machine alone. It must be set.',
    }),
    method: s.choice({
      values: ['POST', 'PUT'],
      default: 'POST',
      doc: 'Method of the request.',
    }),
    format: s.choice({
      values: ['json', 'form'],
      default: 'json',
      doc: 'How the body is written, and so how what is put into it is escaped.',
    }),
    body: s.text({
      default: '',
      example: 'To={to}&From=Clinic&Body={text}',
      maxLength: 4000,
      doc: 'The body with {to}, {text}, {id} and {secret}; empty: to and text, in the format.',
    }),
    headers: s.list({
      default: ['Idempotency-Key: {id}'],
      example: ['Authorization: Bearer {secret}', 'Idempotency-Key: {id}'],
      max: 20,
      of: s.text({
        doc: '',
        maxLength: 1000,
        pattern: /^[!#$%&'*+.^_`|~0-9A-Za-z-]+: ?[ -~]+$/,
        values: 'a header field such as "Name: value"',
      }),
      doc: 'Header fields, with {id}, {secret}, and {basic} for the secret in base64.',
    }),
    secret_file: s.path({
      default: '',
      example: '/etc/postseal/sms-secret',
      doc: 'File whose first line is the secret, readable by its owner alone; user:password for {basic}.',
    }),
    number: s.choice({
      values: ['plus', 'digits', 'zeros'],
      default: 'plus',
      doc: 'How the gateway wants numbers: +41791234567, 41791234567 or 0041791234567.',
    }),
    timeout: s.duration({
      default: '10s',
      min: '100ms',
      max: '30s',
      doc: 'How long the gateway may take to answer.',
    }),
  },
  setup({ config, network, log }) {
    const url = checkedUrl(config.url)
    const secret = config.secret_file === '' ? '' : secretIn(config.secret_file)
    const template = templateOf(config)
    const { method, timeout: timeoutMs } = config
    return async ({ to, text, id }, signal) => {
      const values = { to: numberIn(to, config.number), text, id, secret }
      const { status } = await network.request(url, {
        method,
        headers: headersFrom(config.headers, template.type, values),
        body: fillTemplate(template, values),
        timeoutMs,
        signal,
      })
      if (status >= 200 && status < 300) return
      // Never the answer itself: it may repeat what it was given.
      const what = `the gateway of text messages answered ${status}`
      if (REFUSED.has(status)) throw refused(what)
      log.warn('a text message was not taken', what)
      throw new Error(what)
    }
  },
})

function checkedUrl(text: string): URL {
  if (text === '') throw new TypeError('url must be set')
  const url = new URL(text)
  const isHere = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)
  if (url.protocol !== 'https:' && !isHere)
    throw new TypeError('url must begin with https:, except on this machine')
  return url
}

function secretIn(file: string): string {
  if ((statSync(file).mode & 0o077) !== 0)
    throw new TypeError('secret_file may be read by others than its owner')
  const [line = ''] = readFileSync(file, 'utf8').split(/\r?\n/, 1)
  if (!/^[ -~]{1,1000}$/.test(line))
    throw new TypeError('secret_file has no secret in its first line')
  return line
}

/** By this code the host knows that another try is of no use. */
function refused(what: string): Error {
  return Object.assign(new Error(what), { code: 'ERR_SEAL_TEXT_REFUSED' })
}
