import type { ListStage } from './check-result.js'
import { API_VERSION } from './plugin.js'

/** What a new plugin of each stage does until somebody writes it. */
const BODIES: Readonly<Record<ListStage, { readonly type: string; readonly body: string }>> = {
  classify: {
    type: 'Label',
    body: `    return async mail => {
      const labels: Label[] = []
      for await (const { path, text } of mail.textParts()) {
        const count = text.toLowerCase().split(word).length - 1
        if (count > 0) labels.push({ id: 'word', class: 'high', part: path, count, why: 'The word stands in it.' })
      }
      return labels
    }`,
  },
  detect: {
    type: 'Finding',
    body: `    return async mail => {
      const findings: Finding[] = []
      for (const part of mail.leaves()) {
        const head = await mail.head(part, word.length)
        // Bytes decide, never a name or a type.
        if (head.toString('latin1').toLowerCase() !== word) continue
        findings.push({ system: 'zip', part: part.path, verdict: 'unknown', why: 'It starts with the word.' })
      }
      return findings
    }`,
  },
  rewrite: {
    type: 'Edit',
    body: `    return (_mail, decision): Edit[] => {
      if (decision.class === 'normal') return []
      return [{ kind: 'set-header', name: 'X-Word', value: word }]
    }`,
  },
}

/**
 * The files of a new plugin, by name: a package of its own with its test.
 *
 * Shape   `name` is `stage/name`; `postseal` is this package, for the new one to use.
 */
export function pluginTemplate(
  stage: ListStage,
  name: string,
  postseal: { readonly folder: string; readonly version: string },
): ReadonlyMap<string, string> {
  return new Map([
    ['index.ts', indexText(stage, name)],
    ['index.test.ts', testText(stage)],
    ['README.md', readmeText(name)],
    ['package.json', packageText(name, postseal)],
    ['tsconfig.json', TSCONFIG],
  ])
}

function indexText(stage: ListStage, name: string): string {
  const { type, body } = BODIES[stage]
  return `import { definePlugin, s, type ${type} } from 'postseal/plugin'

export default definePlugin({
  name: '${name}',
  stage: '${stage}',
  apiVersion: '${API_VERSION}',
  version: '0.1.0',
  summary: 'Looks for one word.',
  config: {
    word: s.text({ default: 'sample', doc: 'The word, in any case.' }),
  },
  setup({ config }) {
    const word = config.word.toLowerCase()
${body}
  },
})
`
}

/** What the test of each stage looks at: the name of the results, a view of one, and its value. */
const SEEN: Readonly<Record<ListStage, readonly [results: string, view: string, value: string]>> = {
  classify: ['labels', '({ part, count }) => [part, count]', `[['1', 1]]`],
  detect: ['findings', '({ part, verdict }) => [part, verdict]', `[['1', 'unknown']]`],
  rewrite: ['edits', '({ kind }) => kind', `['set-header']`],
}

function testText(stage: ListStage): string {
  const [results, view, value] = SEEN[stage]
  return `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildMail, runPlugin } from 'postseal/testkit'
import plugin from './index.js'

const settings = { word: 'Hello' }

test('a message with the word is seen', async () => {
  const mail = buildMail({ subject: 'greeting', text: 'Hello, Bob' })
  const { ${results} } = await runPlugin(plugin, mail, { settings, class: 'high' })
  assert.deepEqual(${results}.map(${view}), ${value})
})

test('a message without it is not', async () => {
  const mail = buildMail({ subject: 'greeting', text: 'Good morning' })
  const { ${results} } = await runPlugin(plugin, mail, { settings })
  assert.deepEqual(${results}, [])
})
`
}

function readmeText(name: string): string {
  return `# ${name}

Looks for one word.

## What it reports

Where the word stands, and how often. Never what stands around it.

## Settings

| setting | may be | default | |
| --- | --- | --- | --- |
| \`word\` | text | \`"sample"\` | The word, in any case. |

## Limits

One word only.

## Source

None.
`
}

function packageText(
  name: string,
  { folder, version }: { readonly folder: string; readonly version: string },
): string {
  return `${JSON.stringify(
    {
      name: `postseal-${name.replace('/', '-')}`,
      version: '0.1.0',
      description: `Postseal plugin ${name}`,
      // Whoever publishes it says under which terms.
      license: 'UNLICENSED',
      type: 'module',
      keywords: ['postseal-plugin'],
      exports: './dist/index.js',
      files: ['dist/*.js', '!dist/*.test.js', 'README.md'],
      scripts: { build: 'tsc', test: 'tsc && node --test dist/', prepack: 'npm test' },
      // The gateway that loads it brings the doors.
      peerDependencies: { postseal: `>=${version}` },
      peerDependenciesMeta: { postseal: { optional: true } },
      devDependencies: {
        '@types/node': '^20.19.0',
        postseal: `file:${folder}`,
        typescript: '^6.0.3',
      },
    },
    undefined,
    2,
  )}\n`
}

const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2023",
    "module": "nodenext",
    "strict": true,
    "verbatimModuleSyntax": true,
    "skipLibCheck": true,
    "outDir": "dist",
    "types": ["node"]
  },
  "include": ["*.ts"]
}
`
