import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** How a program that is no part of ours ended, and what it said on standard output. */
export interface Answer {
  /** Its exit code; undefined when it was ended because it took too long. */
  readonly code: number | undefined
  readonly said: string
}

/** What many damaged files may cost a program that reads them, all together. */
const PATIENCE_MS = 600_000

/**
 * A private folder in which the oracles run: programs that make protected files and say whether
 * they open. All of them are Debian packages that the tests need; one that is missing is an error.
 */
export class OracleBox {
  readonly #folder = mkdtempSync(join(tmpdir(), 'ps-oracle-'))

  /** A folder inside, for the keys of a program. */
  subfolder(name: string): string {
    mkdirSync(this.path(name), { mode: 0o700, recursive: true })
    return this.path(name)
  }

  path(name: string): string {
    return join(this.#folder, name)
  }

  write(name: string, bytes: Buffer): void {
    writeFileSync(this.path(name), bytes)
  }

  read(name: string): Buffer {
    return readFileSync(this.path(name))
  }

  remove(name: string): void {
    rmSync(this.path(name), { recursive: true, force: true })
  }

  /** Runs a program that has to succeed, and gives its standard output. */
  make(program: string, args: readonly string[], input: Buffer = Buffer.alloc(0)): Buffer {
    return execFileSync(program, args, {
      ...this.#options(),
      input,
      stdio: ['pipe', 'pipe', 'ignore'],
    })
  }

  /** Runs a program whose exit code and output are the answer. */
  ask(program: string, args: readonly string[], input: Buffer = Buffer.alloc(0)): Answer {
    const options = { ...this.#options(), input, timeout: PATIENCE_MS }
    const { status, stdout, error } = spawnSync(program, args, {
      ...options,
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    if (error !== undefined && 'code' in error && error.code !== 'ETIMEDOUT') throw error
    return { code: status ?? undefined, said: stdout.toString('latin1') }
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #options(): { cwd: string; env: NodeJS.ProcessEnv; maxBuffer: number } {
    return {
      cwd: this.#folder,
      env: { PATH: process.env['PATH'], HOME: this.#folder, LC_ALL: 'C.UTF-8' },
      maxBuffer: 256 * 1024 * 1024,
    }
  }
}
