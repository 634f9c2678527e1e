import { Writable } from 'node:stream'
import t from 'tap'
import { createLog, type LogOptions } from '../../src/log/log.js'

function recorded(options: Partial<LogOptions>): {
  readonly log: ReturnType<typeof createLog>
  readonly lines: readonly string[]
} {
  const lines: string[] = []
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk))
      done()
    },
  })
  const now = (): Date => new Date('2026-11-23T10:00:00Z')
  const log = createLog({
    level: 'info',
    format: 'json',
    priorities: false,
    stream,
    now,
    ...options,
  })
  return { log, lines }
}

void t.test('a JSON line begins with the queue id and keeps the order of the fields', async t => {
  const { log, lines } = recorded({})
  log.info('message decided', { reply: '250', queue_id: '4ABC', class: 'high', ms: 3 })
  t.strictSame(lines, [
    '{"queue_id":"4ABC","time":"2026-11-23T10:00:00.000Z","level":"info","event":"message decided","class":"high","reply":"250","ms":3}\n',
  ])
})

void t.test('a text line is for people, with what could be misread in quotation marks', async t => {
  const { log, lines } = recorded({ format: 'text' })
  log.warn('deferred', { queue_id: '4ABC', reason: 'two words', row: 'high.2', sender: '' })
  log.error('stopped')
  t.strictSame(lines, [
    '2026-11-23T10:00:00.000Z warn 4ABC: deferred sender="" row=high.2 reason="two words"\n',
    '2026-11-23T10:00:00.000Z error stopped\n',
  ])
})

void t.test('for journald each line begins with its priority and carries no time', async t => {
  const { log, lines } = recorded({ format: 'text', priorities: true, level: 'debug' })
  log.error('a')
  log.warn('b')
  log.info('c')
  log.debug('d')
  t.strictSame(lines, ['<3>error a\n', '<4>warn b\n', '<6>info c\n', '<7>debug d\n'])
})

void t.test('lines below the level are not written, and one can ask before', async t => {
  const { log, lines } = recorded({ level: 'warn' })
  log.info('x')
  log.debug('x')
  t.strictSame(lines, [])
  t.notOk(log.writes('info'))
  t.ok(log.writes('error'))
})

void t.test('bound fields stand in every line; those of the line go before them', async t => {
  const { log, lines } = recorded({ format: 'text' })
  const named = log.with({ plugin: 'detect/x', part: '1' }).with({ queue_id: '4ABC' })
  named.info('seen', { part: '1.2' })
  t.strictSame(lines, ['2026-11-23T10:00:00.000Z info 4ABC: seen plugin=detect/x part=1.2\n'])
})

void t.test(
  'a line can not be forged, and a field that is not in the list is not written',
  async t => {
    for (const format of ['json', 'text'] as const) {
      const { log, lines } = recorded({ format })
      const fields = { sender: 'a\nlevel=error forged\u001b[2J', subject: 'secret' }
      log.info('seen', fields)
      const [line = ''] = lines
      t.equal(line.trimEnd().split('\n').length, 1)
      t.notOk(line.includes('\u001b'))
      t.notOk(line.includes('secret'))
    }
  },
)
