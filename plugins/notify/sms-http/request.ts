/** What is put into a request. */
export interface RequestValues {
  readonly to: string
  readonly text: string
  /** The same in every try of the same message. */
  readonly id: string
  readonly secret: string
}

export interface BodyTemplate {
  readonly text: string
  readonly type: string
  readonly escape: (value: string) => string
}

/**
 * The body as the settings write it.
 *
 * Throws  TypeError when it would be no JSON
 */
export function templateOf({
  format,
  body,
}: {
  readonly format: 'json' | 'form'
  readonly body: string
}): BodyTemplate {
  if (format === 'form')
    return {
      text: body === '' ? 'to={to}&text={text}' : body,
      type: 'application/x-www-form-urlencoded',
      escape: value => new URLSearchParams([['', value]]).toString().slice(1),
    }
  const template = {
    text: body === '' ? '{"to":"{to}","text":"{text}"}' : body,
    type: 'application/json',
    escape: (value: string) => JSON.stringify(value).slice(1, -1),
  }
  try {
    JSON.parse(fillTemplate(template, { to: '"', text: '"', id: '"', secret: '"' }))
  } catch {
    throw new TypeError('body is no JSON; what is put in stands between quotes, as "{text}"')
  }
  return template
}

/** Puts values in, once: what stands in a value is not looked at again. */
export function fillTemplate({ text, escape }: BodyTemplate, values: RequestValues): string {
  return text.replace(/\{(to|text|id|secret)\}/g, (_, name: keyof RequestValues) =>
    escape(values[name]),
  )
}

/** Header fields as the settings write them; those of the body may be written over. */
export function headersFrom(
  lines: readonly string[],
  type: string,
  { id, secret }: RequestValues,
): Readonly<Record<string, string>> {
  const basic = Buffer.from(secret, 'utf8').toString('base64')
  const values: Readonly<Record<string, string>> = { id, secret, basic }
  const headers: Record<string, string> = { 'content-type': type }
  for (const line of lines) {
    const colon = line.indexOf(':')
    const value = line.slice(colon + 1).trim()
    headers[line.slice(0, colon).toLowerCase()] = value.replace(
      /\{(id|secret|basic)\}/g,
      (_, name: string) => values[name] ?? '',
    )
  }
  return headers
}

/** A number in E.164 with its plus, as the gateway wants it. */
export function numberIn(to: string, form: 'plus' | 'digits' | 'zeros'): string {
  const digits = to.replace(/^\+/, '')
  if (form === 'plus') return `+${digits}`
  return form === 'zeros' ? `00${digits}` : digits
}
