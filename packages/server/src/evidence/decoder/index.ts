export {
  type Build,
  type Decoder,
  type DecoderEvents,
  type DecoderOptions,
  type NativeState,
  startDecoder,
} from './decoder.ts'
export { pdqKernel } from './kernel.ts'
export { emptyFolder, type LargeFile } from './large.ts'
export { LIMITS, STEP_SIDE, VIDEO } from './limits.ts'
export { plainJpegSize } from './plain-jpeg.ts'
export { DecoderError, type DecoderErrorCode, type Restart } from './pool.ts'
export { mayShow, sniff } from './sniff.ts'
export type { Flag, Measurement, Region, Rendered, RenderOptions, Step, Unknown, Why } from './types.ts'
export type { Wall, WallName, Walls } from './walls.ts'
