export const LANGUAGES = ['de', 'fr', 'it', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

/** A language by its name in the store or in a setting; English for any other. */
export function languageNamed(name: string): Language {
  return LANGUAGES.find(language => language === name) ?? 'en'
}
