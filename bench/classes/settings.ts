/** Settings with the classifiers of numbers and words: what a letter without attachments needs. */
export const WORDS_CONF = settings('identifiers', 'dictionary')

/** Settings with every classifier that reads what a message says. */
export const EVERY_CLASSIFIER_CONF = settings('identifiers', 'dictionary', 'attachment')

function settings(...names: readonly string[]): string {
  const plugins = ['subject-tag', 'header', ...names].map(name => `"classify/${name}"`)
  return `[plugins]\nclassify = [${plugins.join(', ')}]\n`
}
