/**
 * Reads what postconf(1) prints about parameters: one `name = value` a line, an empty value without
 * the last blank.
 *
 * Gives   the parameters in the order of the lines; lines of another form are left out.
 * Source  Postfix src/postconf/postconf_print.c
 */
export function parseParameters(output: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  for (const line of output.split('\n')) {
    const [, name, value] = PARAMETER.exec(line) ?? []
    if (name !== undefined) parameters.set(name, value ?? '')
  }
  return parameters
}

const PARAMETER = /^([^\s=]+) =(?: (.*))?$/s

/** Splits a list of names, maps or directories as Postfix does: at commas and blanks, outside braces. */
export function parseList(value: string): readonly string[] {
  return tokens(value, /[\s,]/)
}

/**
 * Splits text at separators that stand outside `{` and `}`.
 *
 * Source  Postfix src/util/mystrtok.c, mystrtokq
 */
export function tokens(text: string, separator: RegExp): readonly string[] {
  const found: string[] = []
  let token = ''
  let depth = 0
  for (const character of text) {
    if (character === '{') depth++
    else if (character === '}' && depth > 0) depth--
    if (depth > 0 || !separator.test(character)) token += character
    else if (token !== '') {
      found.push(token)
      token = ''
    }
  }
  return token === '' ? found : [...found, token]
}
