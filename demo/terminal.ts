/** What the demo says, and how it looks. */
export interface Terminal {
  readonly width: number
  readonly line: (text?: string) => void
  /**
   * Says that something begins that takes a while, and goes on saying so; what it gives back says
   * how it ended and how long it took.
   */
  readonly begin: (title: string) => (good: boolean) => void
  /** The same around a piece of work. */
  readonly step: <T>(title: string, work: () => Promise<T>) => Promise<T>
  readonly paint: Paint
}

export type Paint = Readonly<Record<Colour, (text: string) => string>>
export type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow'

/** The part of a stream that a terminal needs. */
export interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const WIDEST = 100

/**
 * Makes the terminal of the demo: colours only for people (a tty, no NO_COLOR), a moving line only
 * on a tty, elsewhere one line when a step is done.
 *
 * Source  no-color.org
 */
export function createTerminal(screen: Screen, environment: NodeJS.ProcessEnv): Terminal {
  const live = screen.isTTY === true
  const paint = createPaint(live && (environment['NO_COLOR'] ?? '') === '')
  const line = (text = ''): void => void screen.write(`${text}\n`)
  const begin = (title: string): ((good: boolean) => void) => {
    const start = Date.now()
    const since = (): string => paint.dim(`${((Date.now() - start) / 1000).toFixed(1)} s`)
    const show = (mark: string, end: string): void =>
      void screen.write(`${live ? '\r' : ''}  ${mark} ${title} ${since()}${end}`)
    const timer = live ? setInterval(() => show(' ', ''), 100) : undefined
    return good => {
      clearInterval(timer)
      show(good ? paint.green('✓') : paint.red('✗'), '\n')
    }
  }
  return {
    width: Math.min(Math.max(screen.columns ?? WIDEST, 60), WIDEST),
    line,
    paint,
    begin,
    step: async (title, work) => {
      const end = begin(title)
      let good = false
      try {
        const result = await work()
        good = true
        return result
      } finally {
        end(good)
      }
    },
  }
}

function createPaint(coloured: boolean): Paint {
  const one =
    (colour: Colour) =>
    (text: string): string =>
      coloured ? `\u001b[${SGR[colour][0]}m${text}\u001b[${SGR[colour][1]}m` : text
  return {
    bold: one('bold'),
    dim: one('dim'),
    red: one('red'),
    green: one('green'),
    yellow: one('yellow'),
  }
}

/** On and off, ECMA-48 section 8.3.117. */
const SGR: Readonly<Record<Colour, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
}
