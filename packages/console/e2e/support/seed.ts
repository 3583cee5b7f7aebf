import { openHouse } from './house.ts'

// Seeds the demo into an empty folder and stops: `node seed.ts FOLDER PORT`. A program of its own, because the tests' runner resolves no packages.
const [folder, port] = process.argv.slice(2)
if (folder === undefined || port === undefined) throw new Error('usage: node seed.ts FOLDER PORT')
const house = await openHouse({ folder, port: Number(port) })
await house.stop()
