export {
  append,
  decodeEdge,
  type Edge,
  EMPTY_EDGE,
  edgeFromTiles,
  encodeEdge,
  headOf,
  type TileWrite,
} from './append.ts'
export { type Audit, type AuditCheck, type AuditOptions, type AuditState, audit, type LogSource } from './audit.ts'
export { type Bytes, base64, fromBase64, hex } from './bytes.ts'
export {
  addSignatures,
  type OpenedCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  type Quorum,
  signCheckpoint,
} from './checkpoints.ts'
export { cosign } from './cosignatures.ts'
export { type LedgerCode, LedgerError } from './errors.ts'
export {
  compareCheckpoints,
  compareHeads,
  type Evidence,
  formatEvidence,
  parseEvidence,
  type Verdict,
} from './evidence.ts'
export { checkpointText, parseCheckpointText } from './heads.ts'
export { formatVerifierKey, isKeyName, type KeyType, parseVerifierKey, type VerifierKey, verifierKey } from './keys.ts'
export { type FieldKind, KINDS, type Kind, type Kinds, SEALED_KINDS, type SealedFor, SLOTS } from './kinds.ts'
export {
  actLeaf,
  anchorLeaf,
  anchorOf,
  LEAF_BYTES,
  type Leaf,
  type LeafClass,
  leafBytes,
  leavesOf,
  padLeaf,
  padOf,
  parseLeaf,
} from './leaf.ts'
export {
  formatNote,
  formatSignatureLine,
  openNote,
  parseNote,
  parseSignatureLine,
  type SignatureChecks,
  type SignatureLine,
  type Signed,
  type Signer,
  signText,
} from './notes.ts'
export {
  type CheckedOpening,
  checkOpening,
  commit,
  type Field,
  fieldsOf,
  type Opening,
  type OpenRecord,
  open,
} from './openings.ts'
export { OPS } from './ops.ts'
export { isQuorumMet, type Policy, parsePolicy, type Witness } from './policy.ts'
export { type CheckedPromise, checkPromise, findPromised, promiseName, promiseText, signPromise } from './promises.ts'
export { checkConsistency, checkInclusion, type Growth, type Inclusion } from './proofs.ts'
export { evidencePath, proveConsistency, proveInclusion } from './prove.ts'
export {
  type CheckedReceipt,
  checkReceipt,
  formatReceipt,
  formatTlogProof,
  parseTlogProof,
  type SealedExtra,
  type TlogProof,
} from './receipts.ts'
export { type Hash, hmac, sha256 } from './sha256.ts'
export { bundleOf, bundlePath, entriesOf, openPath, TILE_WIDTH, type TileSource, tilePath, tileWidth } from './tiles.ts'
export { emptyRoot, type Head, leafHash } from './tree.ts'
export { type Value, valueText } from './values.ts'
export { type WebCrypto, webChecks } from './web-checks.ts'
export { answerAddCheckpoint, type WitnessAnswer, type WitnessLog, type WitnessLogs } from './witness.ts'
