import { checkSync } from 'recheck'
import t from 'tap'
import ts from 'typescript'
import { filesBelow, textOf } from '../support/tree-sources.js'

/** Where texts of senders meet regular expressions of classifiers. */
const FOLDERS = ['plugins/classify', 'src/classification']

interface Expression {
  readonly where: string
  readonly source: string
  readonly flags: string
}

const EXPRESSIONS = FOLDERS.flatMap(folder => filesBelow(folder, '.ts')).flatMap(expressionsIn)

await t.test('no text makes a regular expression of a classifier slow', t => {
  for (const { where, source, flags } of EXPRESSIONS) {
    // Where the last match ended makes no difference to how long one takes.
    const { status } = checkSync(source, flags.replace(/[gy]/g, ''))
    t.equal(status, 'safe', `${where} /${source}/`)
  }
  t.ok(EXPRESSIONS.length > 50)
  t.end()
})

await t.test('the check finds one that is slow', t => {
  t.equal(checkSync('^(a+)+$', '').status, 'vulnerable')
  t.equal(checkSync('x*x*x*y', '').status, 'vulnerable')
  t.end()
})

await t.test('dictionaries hold no regular expressions', t => {
  const files = filesBelow('policies/dictionaries', '.toml')
  for (const path of files) t.notMatch(textOf(path), /^words = \[.*[\\()|]/m, path)
  t.ok(files.length > 5)
  t.end()
})

function expressionsIn(path: string): readonly Expression[] {
  const code = ts.createSourceFile(path, textOf(path), ts.ScriptTarget.ES2023)
  const found: Expression[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const [, source = '', flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(node.getText(code)) ?? []
      const { line } = code.getLineAndCharacterOfPosition(node.getStart(code))
      found.push({ where: `${path}:${line + 1}`, source, flags })
    }
    ts.forEachChild(node, visit)
  }
  visit(code)
  return found
}
