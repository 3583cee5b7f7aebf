// What a program needs that only hashes pictures: it starts without the rest of the package.

export { compileWasm, type WasmModule } from '../wasm.ts'
export {
  type Hashed,
  type HashedVariants,
  type HashOptions,
  hashPicture,
  hashTurned,
  hashWithVariants,
} from './hash.ts'
export { KERNELS, type KernelName, PdqKernel } from './kernel.ts'
export { isTurned, turnedUpright } from './orientation.ts'
export type { Pixels } from './pixels.ts'
export { type Ground, hasTransparency, onGround, type Reading, readingsOf } from './readings.ts'
