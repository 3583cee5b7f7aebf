import { makeReveal, serveRendition } from '@lamplighter/api'
import { randomToken, sha256Hex } from '../http/crypto.ts'
import { AppError } from '../http/errors.ts'
import type { Principal } from '../http/principal.ts'
import { onceOf, type Route, route } from '../http/route.ts'
import { newId, type Storage } from '../storage/index.ts'
import type { Sealer } from '../storage/sealer.ts'
import type { Affected, RecordKeys } from '../transparency/index.ts'
import type { Decoder } from './decoder/index.ts'
import { grantReveal, useReveal } from './store.ts'
import type { MediaVault } from './vault.ts'

export interface RevealServices {
  readonly storage: Storage
  readonly vault: MediaVault
  readonly decoder: Decoder
  readonly sealer: Sealer
  keysFor(affected: readonly Affected[]): Promise<RecordKeys>
}

/** The region that a click clears, as a share of the picture's sides. */
const REGION = 0.25

/** Where the address of a rendition lies sealed, so that a repeated call can be answered as the first was. */
const ADDRESS = ['once_results', 'result', 'reveal'] as const

/** The reveal ladder: the log first, bytes second (console.md §6). */
export function routesOf(services: RevealServices): Route[] {
  return [
    route(makeReveal, async (call) => {
      const { id: staff, number, roles } = staffOf(call.who)
      const token = randomToken(256)
      const id = newId('rv', call.now)
      const { body } = call
      const granted = await services.storage.store.tx(
        grantReveal,
        {
          id,
          sealed: await services.sealer.seal(...ADDRESS, token),
          case: body.case,
          exhibit: body.exhibit,
          step: body.step,
          colour: body.colour ?? false,
          region: body.region ?? null,
          reason: body.reason ?? null,
          staff,
          label: `R-${number}`,
          role: roles[0] ?? 'reviewer',
          tokenHash: sha256Hex(token),
          keys: await services.keysFor([]),
        },
        onceOf(call),
      )
      // A repeated call gets the address that was made the first time.
      const address = await services.sealer.open<string>(...ADDRESS, granted.sealed)
      return { status: 201, body: { reveal: granted.id, url: `/v1/renditions/${address}`, until: granted.until } }
    }),
    route(serveRendition, async ({ params, who }) => {
      const granted = await services.storage.store.tx(useReveal, {
        tokenHash: sha256Hex(params.token),
        staff: staffOf(who).id,
      })
      const shown = await services.vault.shown(granted)
      if ('why' in shown) throw cannotBeShown(shown.why)
      const rendered = await services.decoder.render(shown, {
        step: granted.step,
        ...(granted.step === 'full' && { label: granted.label, colour: granted.colour }),
        ...(granted.step === 'reduced' && granted.region !== null && { region: around(granted.region) }),
      })
      if (rendered.state === 'unknown') throw cannotBeShown(rendered.why)
      return new Response(new Uint8Array(rendered.jpeg), {
        headers: {
          'content-type': 'image/jpeg',
          'content-disposition': 'inline; filename="rendition.jpg"',
          'content-security-policy': "sandbox; default-src 'none'",
          'cache-control': 'no-store',
        },
      })
    }),
  ]
}

const cannotBeShown = (why: string): AppError =>
  new AppError('gone', `This file cannot be shown (${why}); decide by its facts.`)

function around({ x, y }: { x: number; y: number }): { x: number; y: number; width: number; height: number } {
  const from = (at: number): number => Math.min(Math.max(0, at - REGION / 2), 1 - REGION)
  return { x: from(x), y: from(y), width: REGION, height: REGION }
}

function staffOf(who: Principal): { id: string; number: number; roles: readonly string[] } {
  if (who.kind !== 'staff') throw new AppError('forbidden', 'This is for staff who are signed in.')
  return who
}
