import ts from 'typescript'

/** What is fuzzed; everything else runs as it is. */
const WATCHED = /\/dist\/((?:src\/(?:message|container|gateway|qtls)|plugins\/detect)\/.*\.js)$/

const { SyntaxKind } = ts

const BRANCHES = new Set([
  SyntaxKind.AmpersandAmpersandToken,
  SyntaxKind.BarBarToken,
  SyntaxKind.QuestionQuestionToken,
  SyntaxKind.QuestionQuestionEqualsToken,
  SyntaxKind.BarBarEqualsToken,
])

const COMPARISONS = new Map([
  [SyntaxKind.EqualsEqualsEqualsToken, '__fuzz.same('],
  [SyntaxKind.ExclamationEqualsEqualsToken, '!__fuzz.same('],
])

/** The hook of Node that loads modules: those of ours count which of their places run. */
export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context)
  const [, name] = WATCHED.exec(url) ?? []
  if (loaded.format !== 'module' || name === undefined) return loaded
  return { ...loaded, source: instrument(Buffer.from(loaded.source).toString('utf8'), name) }
}

/**
 * JavaScript with a counter at each place where it branches, and with its comparisons told to the
 * fuzzer. Lines stay where they are, so that a stack names the right ones.
 */
export function instrument(code, name = 'module.js') {
  const file = ts.createSourceFile('module.js', code, ts.ScriptTarget.ES2023, true)
  const edits = []
  const words = new Set()
  let places = 0
  const put = (at, text, end = at) => edits.push({ at, text, end })
  const visit = node => {
    if (isWord(node)) words.add(ts.isNumericLiteral(node) ? Number(node.text) : node.text)
    const same = COMPARISONS.get(node.operatorToken?.kind)
    const role = roleOf(node)
    if (role === 'body') put(node.getStart() + 1, `__runs[${places++}]++;`)
    else if (role === 'statement') put(node.getStart(), `{__runs[${places++}]++;`)
    else if (role === 'value') put(node.getStart(), `(__runs[${places++}]++,`)
    if (same !== undefined) put(node.getStart(), same)
    if (COMPARISONS.has(node.kind)) put(node.getStart(), ',', node.getEnd())
    ts.forEachChild(node, visit)
    if (same !== undefined) put(node.getEnd(), ')')
    if (role === 'statement') put(node.getEnd(), '}')
    else if (role === 'value') put(node.getEnd(), ')')
  }
  visit(file)
  const about = JSON.stringify({ name, places, words: [...words] })
  const setUp = `const __fuzz=globalThis.postsealFuzz,__runs=__fuzz.module(${about});`
  return setUp + changed(code, edits)
}

/** What runs or not, and so is counted, says the node around it. */
function roleOf(node) {
  const { parent } = node
  if (parent === undefined) return undefined
  const isBlock = ts.isBlock(node)
  if (ts.isFunctionLike(parent) && parent.body === node) return isBlock ? 'body' : 'value'
  if (ts.isCatchClause(parent) && isBlock) return 'body'
  const isArm = parent.thenStatement === node || parent.elseStatement === node
  if (isArm || (ts.isIterationStatement(parent, false) && parent.statement === node))
    return isBlock ? 'body' : 'statement'
  if (ts.isCaseOrDefaultClause(parent) && parent.statements.includes(node))
    return isBlock ? 'body' : undefined
  if (parent.whenTrue === node || parent.whenFalse === node) return 'value'
  if (ts.isBinaryExpression(parent) && parent.right === node)
    return BRANCHES.has(parent.operatorToken.kind) ? 'value' : undefined
  return undefined
}

/** Literals that are worth trying in an input. */
function isWord(node) {
  if (ts.isNumericLiteral(node)) return Number(node.text) > 0xff
  return ts.isStringLiteralLike(node) && node.text.length > 1 && node.text.length <= 48
}

/** In the order of their places; at the same place in the order made, outer before inner. */
function changed(code, edits) {
  const pieces = []
  let from = 0
  for (const { at, text, end } of edits.toSorted((a, b) => a.at - b.at)) {
    pieces.push(code.slice(from, at), text)
    from = end
  }
  return pieces.join('') + code.slice(from)
}
