import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dictionarySchema, type Dictionary } from '../classification/terms/dictionary-schema.js'
import type { LearnedWords } from '../classification/terms/dictionary-judge.js'
import { readWordModel } from '../classification/words/word-model.js'
import { WordTally } from '../classification/words/word-tally.js'
import { compileLexicon, type Lexicon } from '../classification/terms/lexicon.js'
import { packageRoot } from '../config/root.js'
import { parseToml } from '../config/toml.js'
import { GatewayError, reasonOf } from '../errors.js'

/**
 * Reads the dictionaries that come with the program, and further ones, and compiles them.
 *
 * Throws  ERR_CONFIG_FILE when one cannot be read, ERR_CONFIG_INVALID with every problem as
 *         `file:line:column: what`.
 */
export function loadLexicon(further: readonly string[] = []): Lexicon {
  const directory = join(packageRoot(), 'policies', 'dictionaries')
  const shipped = readdirSync(directory).filter(name => name.endsWith('.toml'))
  const files = [...shipped.sort().map(name => join(directory, name)), ...further]
  return compileLexicon(files.map(readDictionary))
}

/**
 * Reads the weights of words that come with the program.
 *
 * Shape   `further` are the own dictionaries, whose domains stand whatever the words say.
 * Throws  as `loadLexicon`.
 */
export function loadWords(further: readonly string[] = []): LearnedWords {
  const model = readWordModel(readText(join(packageRoot(), 'policies', 'words', 'weights.tsv')))
  const ownDomains = new Set(further.map(file => readDictionary(file).domain))
  return { model, ownDomains, begin: () => new WordTally(model) }
}

/** Reads one dictionary. */
export function readDictionary(file: string): Dictionary {
  const { values, where } = parseToml(readText(file), file)
  const parsed = dictionarySchema.safeParse(values)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => {
    const names = path.filter(name => typeof name !== 'symbol')
    return `${where(names, 'value')}: ${[...names, message].join(' ')}`
  })
  throw new GatewayError('ERR_CONFIG_INVALID', { problems: problems.join('\n') })
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (thrown) {
    throw new GatewayError('ERR_CONFIG_FILE', { file, reason: reasonOf(thrown) }, thrown)
  }
}
