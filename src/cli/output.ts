/**
 * Writes one object as one line to standard output: the only thing a command with `--json` prints
 * there. Times in it are RFC 3339 in UTC (toJSON of Date), absent fields are left out.
 */
export function printJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

/** Writes a line for people to standard output. */
export function printLine(line = ''): void {
  process.stdout.write(`${line}\n`)
}

/** Writes a line for people to standard error, where it never disturbs JSON. */
export function printNotice(line: string): void {
  process.stderr.write(`${line}\n`)
}

/**
 * A text from outside (addresses, file names, server replies) for a terminal: control characters
 * escaped, so that nothing in it can move the cursor or forge a line, and cut at `maxLength`.
 */
export function printable(text: string, maxLength = 200): string {
  const escaped = text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return escaped.length > maxLength ? `${escaped.slice(0, maxLength - 1)}…` : escaped
}
