import { compileWasm, type WasmModule } from '@lamplighter/matching/pdq'

const HEAD = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
const I32 = 0x7f
const CALLS = [
  'begin',
  'definitionAt',
  'define',
  'stepsAt',
  'assign',
  'beginScan',
  'nextRows',
  'readScan',
  'nextRowsOf',
  'rowsAt',
  'ended',
] as const

/** What a call of the kernel is content with; the file lies on the second page. */
const ANSWERS: Readonly<Record<string, number>> = { begin: 65_536, define: 1 }

/** A kernel of JPEG that does nothing, and stops in the middle of one call as if it had met a fault of its own. */
export function trappingKernel(at: (typeof CALLS)[number]): WasmModule {
  const body = (name: string): number[] => {
    const code = name === at ? [0x00] : [0x41, ...signed(ANSWERS[name] ?? 0)]
    return sized([0, ...code, 0x0b])
  }
  const memory = [...text('memory'), 2, 0]
  return compileWasm(
    Uint8Array.from([
      ...HEAD,
      // Each call gives a number; those who call it may say as many as they like.
      ...section(1, [[0x60, 0, 1, I32]]),
      ...section(
        3,
        CALLS.map(() => [0]),
      ),
      ...section(5, [[0, 32]]),
      ...section(7, [memory, ...CALLS.map((name, index) => [...text(name), 0, index])]),
      ...section(10, CALLS.map(body)),
    ]),
  )
}

const section = (id: number, parts: readonly (readonly number[])[]): number[] => [
  id,
  ...sized([parts.length, ...parts.flat()]),
]
const text = (name: string): number[] => sized([...Buffer.from(name)])
const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes]

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

/** Of no negative number. */
function signed(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)]
}
