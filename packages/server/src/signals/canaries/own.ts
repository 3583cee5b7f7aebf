import { bytesOfPdq, createIndex, type Pdq, type RingIndex } from '@lamplighter/matching'
import type { Storage } from '../../storage/index.ts'
import type { Sealer } from '../../storage/sealer.ts'
import { ringModules } from '../pictures/kernel.ts'
import { ownCanaries } from './store.ts'
import type { CanariesTable } from './tables.ts'

/** The eight variants of each reading; the first one lies as the picture does. */
export type CanaryHashes = readonly (readonly Pdq[])[]

/** How a list will match, and whether its entries are shown to nobody. */
export interface NearWay {
  readonly within: number
  readonly eight: boolean
  readonly sealed: boolean
}

/** The platform's own harmless pictures, in memory. */
export interface OwnCanaries {
  /** Reads what there is now: whoever is about to look entries up does so first. */
  load(): Promise<void>
  /** The picture that a listed hash would hit, in words; undefined where it hits none. Of a sealed list only those count that two people agreed to. */
  near(pdq: Pdq, way: NearWay): string | undefined
}

interface Opened {
  readonly id: string
  readonly name: string
  readonly agreed: boolean
  readonly hashes: CanaryHashes
}

interface Table {
  readonly index: RingIndex
  readonly names: ReadonlyMap<number, string>
}

export function makeOwnCanaries({ store }: Pick<Storage, 'store'>, sealer: Sealer): OwnCanaries {
  let opened: readonly Opened[] = []
  let tables = new Map<string, Table>()
  let stood = ''
  const open = async (row: CanariesTable): Promise<Opened> => {
    const known = opened.find(({ id }) => id === row.id)
    const hashes = known?.hashes ?? (await sealer.open<CanaryHashes>('canaries', 'hashes', row.id, row.hashes))
    return { id: row.id, name: row.name, agreed: row.agreed_by !== null, hashes }
  }
  const tableOf = ({ eight, sealed }: NearWay): Table => {
    const key = `${eight} ${sealed}`
    const made = tables.get(key) ?? tableFrom(sealed ? opened.filter(({ agreed }) => agreed) : opened, eight)
    tables.set(key, made)
    return made
  }
  return {
    async load() {
      const rows = await store.read(ownCanaries, undefined)
      if (standOf(rows) === stood) return
      opened = await Promise.all(rows.map(open))
      tables = new Map()
      stood = standOf(rows)
    },
    near(pdq, way) {
      const { index, names } = tableOf(way)
      const found = index.find(bytesOfPdq(pdq), way.within)
      const name = found.rows[0] === undefined ? undefined : names.get(found.rows[0])
      return name === undefined
        ? undefined
        : `it hits the platform's own picture "${name}" at ${found.distances[0]} bits`
    },
  }
}

const standOf = (rows: readonly CanariesTable[]): string =>
  rows.map(({ id, agreed_by }) => `${id} ${agreed_by ?? ''}`).join('\n')

function tableFrom(canaries: readonly Opened[], eight: boolean): Table {
  const index = createIndex(ringModules())
  const names = new Map<number, string>()
  for (const { name, hashes } of canaries)
    for (const variants of hashes)
      for (const pdq of eight ? variants : variants.slice(0, 1)) {
        const row = index.add(bytesOfPdq(pdq))
        if (!names.has(row)) names.set(row, name)
      }
  return { index, names }
}
