import t from 'tap'
import { integer, text } from '../../src/config/kinds.js'
import { settingsPage, settingsTable } from '../../src/config/settings-page.js'
import { SECTIONS } from '../../src/config/settings.js'

void t.test('a table has one row a setting, and says when there is none', async t => {
  const settings = {
    limit: integer({ default: 3, min: 1, max: 9, doc: 'How many | at most.' }),
    name: text({ values: 'a name', doc: 'Who.' }),
  }
  t.equal(
    settingsTable(settings),
    `| setting | may be | default | |
| --- | --- | --- | --- |
| \`limit\` | a whole number from 1 to 9 | \`3\` | How many \\| at most. |
| \`name\` | a name | none, must be given | Who. |`,
  )
  t.equal(settingsTable({}), 'None.')
})

void t.test('the page names every section and every setting', async t => {
  const page = settingsPage()
  let seen = 0
  for (const [name, { settings }] of Object.entries(SECTIONS)) {
    t.ok(page.includes(`## \`[${name}]\``), name)
    for (const setting of Object.keys(settings)) {
      t.ok(page.includes(`| \`${setting}\` |`), setting)
      seen++
    }
  }
  t.ok(seen > 30)
})
