import { defineQuery, type ReadDb } from '../storage/index.ts'

/** Files that a case keeps, with what was measured of them. */
export const measuredFiles = defineQuery(
  'evidence.measured-files',
  async ({ db }: ReadDb, caseNumber: number): Promise<{ media_key: string; type: string; facts: Uint8Array }[]> => {
    const rows = await db
      .selectFrom('exhibits')
      .innerJoin('media', 'media.media_key', 'exhibits.media_key')
      .select(['media.media_key as media_key', 'exhibits.type as type', 'media.facts as facts'])
      .where('exhibits.case_number', '=', caseNumber)
      .where('exhibits.state', '=', 'kept')
      .execute()
    return rows.flatMap(({ facts, ...row }) => (facts === null ? [] : [{ ...row, facts }]))
  },
)
