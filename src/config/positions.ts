import type { AST } from 'toml-eslint-parser'
import type { TomlPath } from './toml.js'

interface Position {
  /** From 1. */
  readonly line: number
  /** From 0. */
  readonly column: number
}

interface Place {
  readonly name: Position
  readonly value: Position
}

/**
 * Where each name and value of a TOML document stands.
 *
 * Gives   a look-up by path; a path that does not exist gives the place of the nearest table
 *         around it, and the start of the file when there is none.
 */
export function readPositions(
  program: AST.TOMLProgram,
): (path: TomlPath, of: 'name' | 'value') => Position {
  const places = new Map<string, Place>()
  const [top] = program.body
  for (const entry of top.body) {
    if (entry.type === 'TOMLKeyValue') addKeyValue(places, entry, [])
    else addTable(places, entry)
  }
  return (path, of) => {
    for (let length = path.length; length > 0; length--) {
      const place = places.get(keyOf(path.slice(0, length)))
      if (place !== undefined) return place[of]
    }
    return { line: 1, column: 0 }
  }
}

function addTable(places: Map<string, Place>, table: AST.TOMLTable): void {
  const path = table.resolvedKey
  const { start } = table.key.loc
  for (let length = 1; length <= path.length; length++) {
    add(places, path.slice(0, length), start, start)
  }
  for (const entry of table.body) addKeyValue(places, entry, path)
}

function addKeyValue(places: Map<string, Place>, entry: AST.TOMLKeyValue, around: TomlPath): void {
  const path = [...around]
  for (const key of entry.key.keys) {
    path.push(key.type === 'TOMLBare' ? key.name : key.value)
    add(places, path, key.loc.start, entry.value.loc.start)
  }
  addValue(places, entry.value, path)
}

function addValue(places: Map<string, Place>, value: AST.TOMLContentNode, path: TomlPath): void {
  if (value.type === 'TOMLInlineTable') {
    for (const entry of value.body) addKeyValue(places, entry, path)
  }
  if (value.type !== 'TOMLArray') return
  for (const [index, element] of value.elements.entries()) {
    add(places, [...path, index], element.loc.start, element.loc.start)
    addValue(places, element, [...path, index])
  }
}

/** The first place counts: `[a.b]` names `a` too, and dotted names come back. */
function add(places: Map<string, Place>, path: TomlPath, name: Position, value: Position): void {
  const key = keyOf(path)
  if (!places.has(key)) places.set(key, { name, value })
}

function keyOf(path: TomlPath): string {
  return JSON.stringify(path)
}
