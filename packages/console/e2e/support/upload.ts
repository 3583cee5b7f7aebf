import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { House } from './house.ts'
import { adult } from './person.ts'

/** Hands a file in as the platform does, and waits until it is measured. */
export async function putPicture(
  { url }: Pick<House, 'url'>,
  key: string,
  file: { readonly id: string; readonly type?: string; readonly bytes: Uint8Array },
): Promise<void> {
  const { ok, status } = await fetch(`${url}/v1/media/${file.id}?audience=public`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${key}`, 'content-type': file.type ?? 'image/png', prefer: 'wait=10' },
    body: new Uint8Array(file.bytes),
  })
  if (!ok) throw new Error(`the picture was answered ${status}`)
}

/** Screens an upload of that file. Gives the verdict, and the number of the case that was opened last. */
export async function screenUpload(
  house: House,
  key: string,
  id: string,
): Promise<{ verdict: unknown; number: number }> {
  const { verdict } = await house.asPlatform(key, '/v1/screen', {
    kind: 'upload',
    id,
    occurred_at: new Date().toISOString(),
    actor: adult('somebody-new'),
    media: [{ id, type: 'image/png' }],
  })
  using db = new DatabaseSync(join(house.folder, 'lamplighter.db'), { readOnly: true })
  return { verdict, number: Number(db.prepare('select max(number) as newest from cases').get()?.newest) }
}
