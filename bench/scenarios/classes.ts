import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createServices } from '../../src/cli/container.js'
import { packageRoot } from '../../src/config/root.js'
import type { PluginHost } from '../../src/host/load.js'
import { parseMail } from '../../src/message/parse-mail.js'
import { WORDS_CONF } from '../classes/settings.js'
import { median, type Figure } from '../figure.js'
import { KIB } from '../messages.js'
import type { Bench, Scenario } from '../scenario.js'
import { longestTurn } from '../turn-watch.js'

const NAME = 'classes'
const MOST_MICROSECONDS = 100
const MOST_MILLISECONDS = 30
const MOST_PAUSE_MS = 50
const MEGABYTE = 1e6
const SUBJECT = 'Subject: Unterlagen\r\n'

/** Texts that take longest: nothing but pieces of numbers, of HTML, of words that are looked for. */
const HARD = {
  'pieces of numbers': ['text/plain', 'CH93 0076 7 5 6 9 2 '],
  'tags and entities': ['text/html', '<p><b>a</b>&#55;&amp;</p><!-- x -->'],
  'words that are looked for': ['text/plain', 'Diagnose Gutachten schrieb: Von: '],
} as const

/** What it costs to find the class of a message by what it says, with classifiers of numbers and words. */
export const classesScenario: Scenario = {
  name: NAME,
  summary: 'what it costs to find the class of a text, and for how long nothing else has its turn',
  async run(bench) {
    const config = join(bench.directory, 'classes.conf')
    writeFileSync(config, WORDS_CONF)
    const { host } = await createServices(config).engine
    try {
      return [...(await ordinary(bench, host)), ...(await hard(bench, host))]
    } finally {
      await host.close()
    }
  },
}

async function ordinary(bench: Bench, host: PluginHost): Promise<readonly Figure[]> {
  bench.say(`${NAME}: letters`)
  const letters = lettersOf('de')
  const small = mailOf('text/plain', letters, 4 * KIB)
  const large = mailOf('text/plain', letters, MEGABYTE)
  const few = bench.quick ? 50 : 4000
  await cpuOf(host, small, few)
  const micro = await cpuOf(host, small, few)
  const milli = (await cpuOf(host, large, bench.quick ? 1 : 15)) / 1000
  return [
    {
      scenario: NAME,
      what: 'CPU, a letter of 4 KiB',
      measured: micro,
      unit: 'µs',
      target: { atMost: MOST_MICROSECONDS },
      detail: `tags, header fields, numbers, words; median of ${few}`,
    },
    {
      scenario: NAME,
      what: 'CPU, letters of 1 MB in one text',
      measured: milli,
      unit: 'ms',
      target: { atMost: MOST_MILLISECONDS },
      detail: 'the same',
    },
  ]
}

async function hard(bench: Bench, host: PluginHost): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  for (const [name, [type, piece]] of Object.entries(HARD)) {
    bench.say(`${NAME}: ${name}`)
    const bytes = mailOf(type, piece, bench.quick ? 100 * KIB : MEGABYTE)
    const cpu = (await cpuOf(host, bytes, bench.quick ? 1 : 3)) / 1000
    const pause = await longestTurn(() => classify(host, bytes))
    figures.push({
      scenario: NAME,
      what: `longest pause of the event loop, 1 MB of ${name}`,
      measured: pause.cpuMs,
      unit: 'ms',
      target: { atMost: MOST_PAUSE_MS },
      detail: `CPU time of the main thread; ${cpu.toFixed(0)} ms CPU in all`,
    })
  }
  return figures
}

/** Median of the microseconds of CPU that it takes, the message being read already. */
async function cpuOf(host: PluginHost, bytes: Buffer, times: number): Promise<number> {
  const each: number[] = []
  for (let time = 0; time < times; time++) {
    const mail = parseMail(bytes)
    const before = process.cpuUsage()
    await host.classify(mail, AbortSignal.timeout(60_000))
    const { user, system } = process.cpuUsage(before)
    each.push(user + system)
  }
  return median(each)
}

async function classify(host: PluginHost, bytes: Buffer): Promise<void> {
  await host.classify(parseMail(bytes), AbortSignal.timeout(60_000))
}

/** The everyday mails of the evaluation set, as one text. */
function lettersOf(language: string): string {
  const folder = join(packageRoot(), 'eval/mails', language)
  const names = readdirSync(folder).filter(name => name.endsWith('-plain.eml'))
  const bodies = names.sort().map(name => readFileSync(join(folder, name), 'utf8'))
  const plain = bodies.filter(text => text.includes('Content-Transfer-Encoding: 8bit'))
  return plain.map(text => text.slice(text.indexOf('\n\n') + 2)).join('\n')
}

function mailOf(type: string, text: string, bytes: number): Buffer {
  const header = `${SUBJECT}Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n`
  const body = Buffer.from(text.repeat(Math.ceil(bytes / text.length)).replaceAll(/\r?\n/g, '\r\n'))
  return Buffer.concat([Buffer.from(header), body.subarray(0, bytes)])
}
