import { unknown, warn, type Check } from './check.js'

/** How many entries are named; the rest is a number. */
const NAMED = 6

/** The check that everything is as setup writes it, down to what no other check looks at. */
export const asSetUp: Check = {
  id: 'setup',
  fine: 'Everything in main.cf and master.cf is as setup writes it.',
  look: ({ setup, postfix }) => {
    const at = [{ file: postfix.configDirectory }]
    if (!setup.seen) {
      const remedy = 'Run `postseal setup postfix` as root to see what it would change.'
      return [unknown(`What setup would change is not known: ${setup.reason}.`, { at, remedy })]
    }
    const { changes, conflicts } = setup.value
    if (changes.length === 0) return []
    const named = changes.slice(0, NAMED).map(({ path, key }) => ({ file: path, value: key }))
    const [conflict] = conflicts
    return [
      warn(`${changes.length} entries and files are not as setup writes them.`, {
        at: named,
        remedy:
          conflict === undefined
            ? 'Run `postseal setup postfix` to see the difference, and with --apply to make it.'
            : `Run \`postseal setup postfix\`; before it can change anything: ${conflict}`,
        fix: conflict === undefined ? 'setup' : [],
      }),
    ]
  },
}
