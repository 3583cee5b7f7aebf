import type { WasmModule } from '../wasm.ts'

/** The memory of a segment: of its own in a browser, shared among threads in a server. */
export interface RingMemory {
  readonly buffer: ArrayBufferLike
  grow(pages: number): number
}

/** The functions of `kernels/ring.ts`. */
export interface RingKernel {
  permute(from: number, to: number, count: number): void
  table(t: number): void
  find(scratch: number, within: number): void
  flat(scratch: number, within: number): void
}

interface Wasm {
  readonly Memory: new (o: { initial: number; maximum: number; shared: boolean }) => RingMemory
  readonly Instance: new (
    module: WasmModule,
    imports?: { readonly env: { readonly memory: RingMemory } },
  ) => { readonly exports: Readonly<Record<string, unknown>> }
}
const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: Wasm }

/** Starts `ring.wasm`, which makes its memory itself. */
export function ownMemory(ring: WasmModule, pages: number): { kernel: RingKernel; memory: RingMemory } {
  const { exports } = new wasm.Instance(ring)
  const { memory } = exports
  if (!(memory instanceof wasm.Memory)) throw new TypeError('expected ring.wasm, found another module')
  memory.grow(Math.max(0, pages - memory.buffer.byteLength / 65_536))
  return { kernel: kernelOf(exports), memory }
}

export function sharedMemory(pages: number): RingMemory {
  return new wasm.Memory({ initial: pages, maximum: pages, shared: true })
}

/** Starts `ring-shared.wasm` on memory that is there. */
export function kernelOn(shared: WasmModule, memory: RingMemory): RingKernel {
  return kernelOf(new wasm.Instance(shared, { env: { memory } }).exports)
}

function kernelOf({ permute, table, find, flat }: Readonly<Record<string, unknown>>): RingKernel {
  if (!isCall(permute) || !isCall(table) || !isCall(find) || !isCall(flat))
    throw new TypeError('expected the kernel of the index, found another module')
  return { permute, table, find, flat }
}

function isCall(value: unknown): value is (...numbers: number[]) => void {
  return typeof value === 'function'
}
