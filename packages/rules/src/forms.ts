/** The shapes of the types that are written as a string; `normalise` and the JSON Schema both obey them. */
export const FORMS = {
  id: { minLength: 1, maxLength: 256 },
  /** MD5 (32) to SHA-512 (128), in lower-case hex. */
  hash: { minLength: 32, maxLength: 128, pattern: '^([0-9a-f]{2})+$' },
  /** 64 to 1024 bits; PDQ has 256. */
  phash: { minLength: 16, maxLength: 256, pattern: '^([0-9a-f]{2})+$' },
  /** RFC 1035 §2.3.4, and underscores, which some hosts have. */
  domain: {
    minLength: 1,
    maxLength: 253,
    pattern: '^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$',
  },
} as const
