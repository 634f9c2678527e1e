import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'

/**
 * The names that a door exports, each with its kind and the first sentence of its comment.
 *
 * Shape   `door` is the path of the source file, seen from `root`
 */
export function doorNames(root, door) {
  const names = []
  for (const statement of parsed(join(root, door)).statements) {
    if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier === undefined) continue
    const file = sourceOf(join(root, door), statement.moduleSpecifier.text)
    for (const { name, propertyName } of statement.exportClause.elements) {
      const found = declared(file, (propertyName ?? name).text)
      if (found === undefined)
        throw new Error(`${door}: ${name.text} is not declared in ${relative(root, file)}`)
      names.push({ name: name.text, ...found })
    }
  }
  return names.sort((a, b) => a.name.toLowerCase().localeCompare(b.name.toLowerCase(), 'en'))
}

function sourceOf(from, specifier) {
  return join(dirname(from), specifier.replace(/\.js$/, '.ts'))
}

function parsed(path) {
  return ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2023, true)
}

function declared(path, name) {
  for (const statement of parsed(path).statements) {
    const declaration = ts.isVariableStatement(statement)
      ? statement.declarationList.declarations.find(each => each.name.getText() === name)
      : statement
    if (declaration?.name?.getText() !== name) continue
    const says = firstSentence(statement)
    if (says === '') throw new Error(`${name} is exported to plugins and needs a comment: ${path}`)
    return { kind: kindOf(statement), says }
  }
  return undefined
}

function kindOf(statement) {
  if (ts.isFunctionDeclaration(statement)) return 'function'
  if (ts.isClassDeclaration(statement)) return 'class'
  if (ts.isVariableStatement(statement)) return 'value'
  return 'type'
}

function firstSentence(statement) {
  const [doc] = ts.getJSDocCommentsAndTags(statement)
  const text = typeof doc?.comment === 'string' ? doc.comment : ''
  const [paragraph] = text.split(/\n\s*\n/)
  const line = paragraph.replaceAll(/\s+/g, ' ').trim()
  const end = /^.*?[.](?= [A-Z]|$)/.exec(line)
  return (end?.[0] ?? line).replaceAll('|', '\\|').replaceAll('<', '&lt;')
}
