/** A compiled module: what {@link compileWasm} or a browser's `WebAssembly.compileStreaming` gives. */
export type WasmModule = object

/** The memory of an instance. Its buffer changes when it grows. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer
}

/** Browsers and Node both have it; the types of plain ECMAScript do not. */
interface Wasm {
  readonly Memory: abstract new () => WasmMemory
  readonly Module: new (bytes: Uint8Array) => WasmModule
  readonly Instance: new (module: WasmModule) => { readonly exports: Readonly<Record<string, unknown>> }
  readonly RuntimeError: abstract new () => Error
}
const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: Wasm }

/** Compiles one of the files in `wasm/`. @throws WebAssembly.CompileError the bytes are no module */
export function compileWasm(bytes: Uint8Array): WasmModule {
  return new wasm.Module(bytes)
}

/** A kernel with a memory of its own, and the functions of it that were asked for by name. */
export interface Instance<Name extends string> {
  readonly memory: WasmMemory
  readonly call: Readonly<Record<Name, (...numbers: number[]) => number>>
}

/**
 * Starts a kernel that imports nothing.
 *
 * @throws TypeError the module is another one
 */
export function instanceOf<Name extends string>(module: WasmModule, names: readonly Name[]): Instance<Name> {
  const { exports } = new wasm.Instance(module)
  const { memory } = exports
  if (!(memory instanceof wasm.Memory) || !hasCalls(exports, names)) {
    throw new TypeError(`expected a kernel with ${names.join(', ')}, found another module`)
  }
  return { memory, call: exports }
}

/** Whether a kernel stopped in the middle of a call, because it asked for what there is not. Its memory is in no known state: never call it again. */
export const isTrap = (error: unknown): boolean => error instanceof wasm.RuntimeError

function hasCalls<Name extends string>(
  exports: Readonly<Record<string, unknown>>,
  names: readonly Name[],
): exports is Readonly<Record<Name, (...numbers: number[]) => number>> {
  return names.every((name) => typeof exports[name] === 'function')
}
