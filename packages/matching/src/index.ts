export { type Digest, type DigestKind, DigestTable, isWeak, kindOfDigest, parseDigest } from './index/digests.ts'
export { createFlatIndex, type HammingIndex, type Nearby } from './index/hamming.ts'
export { type Hashed, type HashedVariants, hashPicture, hashWithVariants, KERNEL } from './pdq/hash.ts'
export type { Pixels } from './pdq/luma.ts'
export { isTurned, turnedUpright } from './pdq/orientation.ts'
export { type Ground, hasTransparency, onGround, type Reading, readingsOf } from './pdq/readings.ts'
export { bitsSet, distanceBits, type Pdq, type Profile, parsePdq, pdqOfWords, wordsOfPdq } from './pdq/value.ts'
export { VARIANTS } from './pdq/variants.ts'
export { type DomainTable, domainInList, domainTable, plainHost } from './text/domains.ts'
export { compileTerms } from './text/matcher.ts'
export type {
  CompileOptions,
  Problem,
  ProblemCode,
  Term,
  TermListSource,
  TermMatch,
  TermMatcher,
} from './text/terms.ts'
export { VIEW_NAMES, type View, type ViewName } from './text/view.ts'
export { view } from './text/views.ts'
export {
  compareVideos,
  framesToCompare,
  isVideoHit,
  type VideoFrame,
  type VideoRule,
  type VideoShares,
} from './video/vpdq.ts'
