import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Pixels } from '@lamplighter/matching'
import { mostPages, pagesFor, withMostPages } from './codec-memory.ts'

/** RGBA as a codec gives it, and what it complained about on the way. */
export interface Decoded {
  readonly pixels: Pixels
  readonly warnings: number
}

interface CodecPicture {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray
}

interface Codec {
  decode(bytes: Uint8Array, ...how: readonly (false | 8)[]): CodecPicture | null
  encode(rgba: Uint8Array, width: number, height: number, options: unknown): Uint8Array | null
}

/** The part of the WebAssembly interface that is used here; Node's types leave it to the browser's. */
type Module = { readonly __module: true }
interface Wasm {
  readonly Module: new (bytes: Uint8Array) => Module
  readonly Instance: new (module: Module, imports: object) => { readonly exports: object }
}
const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: Wasm }

type Factory = (how: {
  noInitialRun: true
  instantiateWasm(imports: object, done: (instance: object) => void): object
  print(line: string): void
  printErr(line: string): void
}) => Promise<Codec>

interface PngCodec {
  initSync(module: Module): unknown
  decode(bytes: Uint8Array): CodecPicture
}

// The codecs make their result with the browser's class; three fields of it are all that they use.
Object.assign(globalThis, {
  ImageData: class {
    readonly data: Uint8ClampedArray
    readonly width: number
    readonly height: number
    constructor(data: Uint8ClampedArray, width: number, height: number) {
      this.data = data
      this.width = width
      this.height = height
    }
  },
})

const compiled = new Map<string, Module>()

/** A fresh instance for each picture: what one picture did to the codec's memory, the next one never meets. */
async function instance(name: string, pages: number | undefined, warn: (line: string) => void): Promise<Codec> {
  const script: { default: Factory } = await import(`@jsquash/${name}.js`)
  return script.default({
    noInitialRun: true,
    instantiateWasm: (imports, done) => {
      const made = new wasm.Instance(moduleOf(name, pages), imports)
      done(made)
      return made.exports
    },
    print: warn,
    printErr: warn,
  })
}

/** @param pages of memory at most; undefined: what the codec asks for */
function moduleOf(name: string, pages?: number): Module {
  const key = pages === undefined ? name : `${name} ${pages}`
  const known = compiled.get(key)
  if (known !== undefined) return known
  const code = codeOf(name)
  const module = new wasm.Module(pages === undefined ? code : withMostPages(code, pages))
  compiled.set(key, module)
  return module
}

const codes = new Map<string, Uint8Array>()

function codeOf(name: string): Uint8Array {
  const code = codes.get(name) ?? readFileSync(fileURLToPath(import.meta.resolve(`@jsquash/${name}.wasm`)))
  codes.set(name, code)
  return code
}

/**
 * What each codec is called, and what its decoder is told. The codecs count their arguments: the JPEG one would else turn the picture by
 * its EXIF tag, the AVIF one wants to hear how many bits a channel has.
 */
const CODECS = {
  jpeg: { name: 'jpeg/codec/dec/mozjpeg_dec', how: [false] },
  webp: { name: 'webp/codec/dec/webp_dec', how: [] },
  avif: { name: 'avif/codec/dec/avif_dec', how: [8] },
} as const

/**
 * Decodes a JPEG as stored, a still WebP, or the main picture of an AVIF.
 *
 * @param pixels as its header says
 * @throws anything the codec throws: the picture is damaged
 */
export async function decodeWith(codec: keyof typeof CODECS, bytes: Uint8Array, pixels: number): Promise<Decoded> {
  const { name } = CODECS[codec]
  const most = mostPages(codeOf(name))
  const pages = most === undefined ? undefined : pagesFor(pixels, bytes.length, most)
  try {
    return await decodedWith(codec, bytes, pages)
  } catch (error) {
    // It may have wanted more memory than such pictures do.
    if (pages === most) throw error
    return decodedWith(codec, bytes, most)
  }
}

async function decodedWith(codec: keyof typeof CODECS, bytes: Uint8Array, pages: number | undefined): Promise<Decoded> {
  let warnings = 0
  const { name, how } = CODECS[codec]
  const { decode } = await instance(name, pages, () => {
    warnings += 1
  })
  return { pixels: rgba(decode(bytes, ...how)), warnings }
}

let pngCodec: Promise<PngCodec> | undefined
let pngCodecs = 0

/** Decodes a PNG. @throws anything the codec throws: the picture is damaged */
export async function decodePng(bytes: Uint8Array): Promise<Decoded> {
  pngCodec ??= freshPngCodec()
  const { decode } = await pngCodec
  try {
    return { pixels: rgba(decode(bytes)), warnings: 0 }
  } catch (error) {
    // A codec that gave up in the middle is not asked again.
    pngCodec = undefined
    throw error
  }
}

/** The module keeps its one instance to itself; another address makes another module. */
async function freshPngCodec(): Promise<PngCodec> {
  pngCodecs += 1
  const codec: PngCodec = await import(`${import.meta.resolve('@jsquash/png/codec/pkg/squoosh_png.js')}?${pngCodecs}`)
  codec.initSync(moduleOf('png/codec/pkg/squoosh_png_bg'))
  return codec
}

function rgba(picture: CodecPicture | null): Pixels {
  if (picture === null) throw new Error('the codec gave no picture')
  const { width, height, data } = picture
  return { width, height, channels: 4, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }
}

const ENCODER = 'jpeg/codec/enc/mozjpeg_enc'
const GREYSCALE = 1
const YCBCR = 3

/** Writes a baseline JPEG at quality 80, without metadata. */
export async function encodeJpeg(pixels: Pixels): Promise<Uint8Array> {
  const { width, height, channels, data } = pixels
  const spread = new Uint8Array(width * height * 4).fill(255)
  for (let at = 0, to = 0; to < spread.length; at += channels, to += 4) {
    spread[to] = data[at] ?? 0
    spread[to + 1] = data[channels === 1 ? at : at + 1] ?? 0
    spread[to + 2] = data[channels === 1 ? at : at + 2] ?? 0
  }
  const most = mostPages(codeOf(ENCODER))
  const pages = most === undefined ? undefined : pagesFor(width * height, 0, most)
  const { encode } = await instance(ENCODER, pages, () => undefined)
  const jpeg = encode(spread, width, height, { ...ENCODING, color_space: channels === 1 ? GREYSCALE : YCBCR })
  if (jpeg === null) throw new Error('the codec gave no file')
  return Uint8Array.from(jpeg)
}

const ENCODING = {
  quality: 80,
  baseline: true,
  arithmetic: false,
  progressive: false,
  optimize_coding: true,
  smoothing: 0,
  quant_table: 3,
  trellis_multipass: false,
  trellis_opt_zero: false,
  trellis_opt_table: false,
  trellis_loops: 1,
  auto_subsample: true,
  chroma_subsample: 2,
  separate_chroma_quality: false,
  chroma_quality: 80,
}
