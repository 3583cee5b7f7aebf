export { type BucketSizes, bucketSizes } from './index/buckets.ts'
export { DigestTable, SECRET_WORDS } from './index/digest-table.ts'
export { type Digest, type DigestKind, isOfNothing, isWeak, kindOfDigest, parseDigest } from './index/digests.ts'
export { findIn, type ManyFound } from './index/many.ts'
export type { RingMemory } from './index/memory.ts'
export { gatherSegments, type MergePlan, mergeSegments } from './index/merge.ts'
export { type Nearby, RESULT_ROWS } from './index/nearby.ts'
export { createIndex, FRESH_ROWS, type ManySearch, type RingIndex, settle } from './index/ring.ts'
export { buildSegment, type RingModules, Segment, TABLES } from './index/segments.ts'
export {
  type Owners,
  readSnapshot,
  type Snapshot,
  SnapshotError,
  type Sum,
  writeSnapshot,
} from './index/snapshot.ts'
export { type DecodedJpeg, decodeJpeg } from './jpeg/kernel.ts'
export type { JpegRefusal } from './jpeg/markers.ts'
export {
  type Hashed,
  type HashedVariants,
  type HashOptions,
  hashPicture,
  hashTurned,
  hashWithVariants,
} from './pdq/hash.ts'
export { KERNELS, type KernelName, PdqKernel } from './pdq/kernel.ts'
export { isTurned, turnedUpright } from './pdq/orientation.ts'
export type { Pixels } from './pdq/pixels.ts'
export { type Ground, hasTransparency, onGround, type Reading, readingsOf } from './pdq/readings.ts'
export {
  bitsSet,
  bytesOfPdq,
  distanceBits,
  type Pdq,
  type Profile,
  parsePdq,
  pdqOfWords,
  wordsOfPdq,
} from './pdq/value.ts'
export { VARIANTS } from './pdq/variants.ts'
export { compileTerms } from './text/compile.ts'
export { type DomainTable, domainInList, domainTable, plainHost } from './text/domains.ts'
export { checkTerm, MOST_TERMS } from './text/forms.ts'
export { ImageError } from './text/image.ts'
export { readMatcher } from './text/matcher.ts'
export type {
  CompileOptions,
  CompilePattern,
  LinearMatcher,
  Problem,
  ProblemCode,
  Term,
  TermListSource,
  TermMatch,
  TermMatcher,
  UserPattern,
} from './text/terms.ts'
export { VIEW_NAMES, type View, type ViewName } from './text/view.ts'
export { view } from './text/views.ts'
export {
  compareVideos,
  framesToCompare,
  isVideoHit,
  MOST_FRAMES,
  spreadFrames,
  type VideoFrame,
  type VideoRule,
  type VideoShares,
} from './video/vpdq.ts'
export { compileWasm, type WasmModule } from './wasm.ts'
