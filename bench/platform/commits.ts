import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openStore } from '../../packages/server/src/storage/index.ts'
import { median } from '../lib/machine.ts'
import { demand, interleaved, type Row, type Scale } from '../lib/row.ts'

const CALLERS = 256
const BODY = new Uint8Array(400)

/** B-5: many callers share a sync; one caller must not pay for that. */
export async function commits(scale: Scale): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'll-bench-'))
  const storage = await openStore({ kind: 'sqlite', folder: join(folder, 'store') }, [])
  const plain = plainDatabase(join(folder, 'plain.db'))
  try {
    let answered = 0
    const append = async (callers: number): Promise<number> => {
      const started = performance.now()
      const until = started + scale.ms
      let count = 0
      const caller = async (n: number): Promise<void> => {
        while (performance.now() < until) {
          await storage.stream.append([{ key: `account:${n}-${count}`, at: Date.now(), body: [BODY] }])
          count += 1
        }
      }
      await Promise.all(Array.from({ length: callers }, (_, n) => caller(n)))
      answered += count
      return count / ((performance.now() - started) / 1_000)
    }
    const many = await interleaved(
      scale.rounds,
      () => append(CALLERS),
      async () => plain.run(scale.ms),
    )
    const single = await interleaved(
      scale.rounds,
      () => append(1),
      async () => plain.run(scale.ms),
    )
    demand((await storage.stream.backlog('nobody')).records === answered, 'every answered append is there')
    const manyRatio = median(many.map((pair) => pair.ours / pair.theirs))
    const oneRatio = median(single.map((pair) => pair.ours / pair.theirs))
    return [
      {
        id: 'B-5',
        measure: `durable answers/s, ${CALLERS} callers ÷ one transaction per event; 1 caller ÷ the same`,
        needed: '≥ 8; ≥ 0.6',
        found: `${manyRatio.toFixed(1)} (${Math.round(median(many.map((pair) => pair.ours))).toLocaleString('en')}/s); ${oneRatio.toFixed(2)}`,
        met: manyRatio >= 8 && oneRatio >= 0.6,
      },
    ]
  } finally {
    plain.close()
    await storage.close()
    rmSync(folder, { recursive: true })
  }
}

/** The same two statements and the same settings, one transaction per event, on the thread that asks. */
function plainDatabase(file: string): { run(ms: number): number; close(): void } {
  const db = new DatabaseSync(file)
  db.exec('pragma journal_mode = wal; pragma synchronous = full')
  db.exec('create table heads (part integer primary key, off integer not null) strict')
  db.exec(
    'create table chunks (part integer not null, off integer not null, body blob not null, primary key (part, off)) strict',
  )
  for (let part = 0; part < 16; part += 1) db.exec(`insert into heads values (${part}, 0)`)
  const move = db.prepare('update heads set off = off + 1 where part = ? returning off')
  const insert = db.prepare('insert into chunks values (?, ?, ?)')
  return {
    run(ms) {
      const started = performance.now()
      let count = 0
      for (; performance.now() - started < ms; count += 1) {
        const part = count % 16
        db.exec('begin immediate')
        insert.run(part, Number(move.get(part)?.off), BODY)
        db.exec('commit')
      }
      return count / ((performance.now() - started) / 1_000)
    },
    close: () => db.close(),
  }
}
