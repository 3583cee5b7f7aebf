/** `null` is *none* (there is no such thing), `undefined` is *unknown* (nobody knows). */
export type Value = boolean | number | string | readonly Value[] | null | undefined

/** What crosses HTTP and is hashed. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

export interface EnumValue {
  readonly name: string
  /** In a claimed record: this value alone is evidence. */
  readonly firm: boolean
}

export type ScalarType =
  | { readonly kind: 'bool' | 'num' | 'dur' | 'score' | 'hash' | 'phash' | 'domain' }
  | { readonly kind: 'text'; readonly max: number }
  | { readonly kind: 'id'; readonly thing: string }
  | { readonly kind: 'enum' | 'harm'; readonly values: readonly EnumValue[] }

export type Type = ScalarType | { readonly kind: 'list'; readonly of: ScalarType; readonly max: number }

export const BOOL: Type = { kind: 'bool' }
export const NUM: Type = { kind: 'num' }
export const DUR: Type = { kind: 'dur' }

/** The longest text, in characters, where a schema names no maximum. */
export const TEXT_MAX = 1000

/** The type as it is written in a schema. */
export function typeName(type: Type): string {
  switch (type.kind) {
    case 'list':
      return `list<${typeName(type.of)}>`
    case 'id':
      return `id<${type.thing}>`
    case 'enum':
      return `enum(${type.values.map((value) => value.name).join(', ')})`
    default:
      return type.kind
  }
}

/** Whether two fields of these types hold the same kind of value. The greatest length of a text does not matter. */
export function sameType(a: Type, b: Type): boolean {
  return typeName(a) === typeName(b)
}

export function isNumeric(type: Type): boolean {
  return type.kind === 'num' || type.kind === 'score'
}

/** The elements of a list, or the value itself: `in`, `near` and `contains any` ask for any element. */
export function elementType(type: Type): ScalarType {
  return type.kind === 'list' ? type.of : type
}
