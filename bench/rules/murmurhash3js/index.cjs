const { x64, x86 } = require('murmurhash3js-revisited')
const bytesOf = (value) => (typeof value === 'string' ? Buffer.from(value) : value)
exports.x64 = { hash128: (value, seed) => Buffer.from(x64.hash128(bytesOf(value), seed), 'hex') }
exports.x86 = { hash32: (value, seed) => x86.hash32(bytesOf(value), seed) }
