import { hashPicture } from '@lamplighter/matching'
import type { Context } from '../context.ts'
import { pdqKernel } from '../evidence/decoder/index.ts'
import { drawSynthetic, type SampleKind } from '../signals/sample-pictures.ts'
import { encodePng } from '../signals/sample-png.ts'

/** What stands on the lists of the house: terms, a domain, and two pictures. */
export const LISTED = {
  threat_terms: 'will regret it',
  blackmail_terms: 'or else',
  meeting_terms: 'bring nobody',
  proscribed_orgs: 'Example Front',
  bad_domains: 'prize.example',
} as const
export const CSAM = ['hatched', 1] as const
export const TERROR = ['pattern', 7] as const

export async function putLists(context: Context): Promise<void> {
  const put = (id: string, kind: 'text' | 'domain' | 'pdq' | 'digest', harm: string, text: string) =>
    context.library.import({
      facts: {
        id,
        kind,
        harm,
        sealed: id.startsWith('csam') || id === 'terror_media',
        context: id === 'proscribed_orgs',
        source: 'test',
        staleAfterMs: null,
        // Tests of other things ask it in rules against spam, too.
        ...(id === 'blackmail_terms' && { harms: [harm, 'spam'] }),
      },
      text,
      contentType: 'text/plain',
      by: 'operator',
      live: true,
    })
  const { threat_terms, blackmail_terms, meeting_terms, proscribed_orgs, bad_domains } = LISTED
  await put('threat_terms', 'text', 'threat_to_life', threat_terms)
  await put('blackmail_terms', 'text', 'intimate_images', blackmail_terms)
  await put('meeting_terms', 'text', 'csea', meeting_terms)
  await put('proscribed_orgs', 'text', 'terrorism', proscribed_orgs)
  await put('bad_domains', 'domain', 'malware', bad_domains)
  await put('csam_media', 'pdq', 'csea', pdqOf(CSAM))
  await put('terror_media', 'pdq', 'terrorism', pdqOf(TERROR))
  await put('csam_digests', 'digest', 'csea', '0'.repeat(64))
}

type Sample = readonly [kind: SampleKind, seed: number]

/** The PDQ hash of a drawn picture. A file of tests asks for the same ones again and again. */
export const pdqOf = remembered(([kind, seed]: Sample): string => {
  const { width, height, data } = drawSynthetic(kind, seed, 512)
  const hashed = hashPicture(pdqKernel(), { width, height, channels: 4, data }, { kernel: 'exact' })
  if ('none' in hashed) throw new Error('a drawn picture has no hash')
  return hashed.pdq
})

const png = remembered(([[kind, seed], side]: readonly [Sample, number]) => encodePng(drawSynthetic(kind, seed, side)))

/** A made-up picture as a PNG file, in bytes of the caller's own. */
export const picture = (sample: Sample, side = 512): Uint8Array => png([sample, side]).slice()

function remembered<I, O>(make: (input: I) => O): (input: I) => O {
  const made = new Map<string, O>()
  return (input) => {
    const name = JSON.stringify(input)
    const found = made.get(name) ?? make(input)
    made.set(name, found)
    return found
  }
}
