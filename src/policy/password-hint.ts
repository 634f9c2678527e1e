/** Words for a password in English, German, French and Italian. */
const WORDS = [
  'passwords?',
  'pass ?phrase',
  'pass ?code',
  'passwor(?:t|d|te)',
  'kenn?wort',
  'zugangscode',
  'mots? de passe',
  "code d['’]accès",
  "parola (?:d['’]ordine|chiave|di accesso)",
  'codice (?:di accesso|segreto)',
  'pin(?:-?code)?',
  'pw',
]

/** What stands between the word and the password. */
const LINKS = [
  '[:=]',
  '(?:lautet|ist|heisst|heißt|is|est|è)(?: (?:folgendes|as follows|le suivant|la seguente))? ?[:=]?',
]

/**
 * Words that follow where somebody says how the password comes, not what it is: "the password is
 * sent by text message", "das Passwort ist Ihnen bekannt".
 */
const NOT_A_PASSWORD = new Set(
  (
    'a an as at by for from in not on per sent separately known the their via with your you ' +
    'an auf bei dem den der die das ein eine folgt getrennt ihnen ihr ihre im in mündlich nicht per ' +
    'separat telefonisch unterwegs via wie wird zu bekannt dasselbe dieselbe geheim-zu-halten ' +
    'au dans de envoyé inconnu la le les par pas séparément sur transmis un une votre connu vous ' +
    'alla con da dal di il in inviata la nel noto nota separatamente su un una vostra già non'
  ).split(' '),
)

const HINT = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${WORDS.join('|')})(?:[^\\p{L}\\p{N}:=]{1,3}\\p{L}{1,20}){0,6}?[ "'*_]{0,3}(?:${LINKS.join('|')}) ?["'„“”«‹*_<]{0,3}([^\\s"'„“”«»<>,;]{3,128})`,
  'giu',
)

/**
 * Whether a text gives a password away, such as `Das Passwort lautet: …` or `?password=…`.
 *
 * Heuristic: it takes a sentence too many rather than one too few, because all that follows is
 * that the protection does not count.
 */
export function givesPassword(text: string): boolean {
  const flat = text.replace(/\s+/g, ' ')
  for (const [, candidate = ''] of flat.matchAll(HINT)) {
    const word = candidate.toLowerCase().replace(/[.!?)\]]+$/, '')
    if (word.length >= 3 && !NOT_A_PASSWORD.has(word)) return true
  }
  return false
}
