import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { type House, houses } from './house.ts'

export interface SourceFile {
  /** From the repository's root, with slashes. */
  path: string
  text: string
}

/** Every import that a house's rules forbid, one line each. A house of which no file is given is a fault as well. */
export function findBadImports(files: SourceFile[], rules: House[] = houses): string[] {
  return rules.flatMap((house) => {
    const own = files.filter((file) => file.path.startsWith(`${house.source}/`) && !isTest(file.path))
    if (own.length === 0) return [`${house.source}: the check of the floors saw no file`]
    return own.flatMap((file) => checkFile(house, file))
  })
}

export function readSources(paths: string[]): SourceFile[] {
  return paths.filter((path) => /\.tsx?$/.test(path)).map((path) => ({ path, text: readFileSync(path, 'utf8') }))
}

function checkFile(house: House, file: SourceFile): string[] {
  const from = roomOf(house, file.path)
  if (from === null) return [`${file.path}: is in no room that has a floor`]
  return importsOf(file.text).flatMap((specifier) => {
    const fault = specifier.startsWith('.')
      ? checkRoom(house, from, posix.join(posix.dirname(file.path), specifier))
      : checkPackage(house, from, specifier)
    return fault === null ? [] : [`${file.path}: imports ${specifier}: ${fault}`]
  })
}

interface Room {
  name: string
  floor: number
}

function checkRoom(house: House, from: Room, target: string): string | null {
  // Its own version is no secret.
  if (target === posix.join(posix.dirname(house.source), 'package.json')) return null
  if (!target.startsWith(`${house.source}/`)) return `leads out of ${house.source}`
  const to = roomOf(house, target)
  if (to === null) return 'is in no room that has a floor'
  if (to.name === from.name || to.floor < from.floor) return null
  return `${from.name} is on floor ${from.floor}, ${to.name} on ${to.floor}`
}

function checkPackage(house: House, from: Room, specifier: string): string | null {
  const matches = (name: string) => specifier === name || specifier.startsWith(name.endsWith(':') ? name : `${name}/`)
  if (house.packages !== undefined && !house.packages.some(matches)) {
    return `only ${house.packages.join(', ')} may be imported here`
  }
  const reserved = house.reserved.find((entry) => entry.packages.some(matches) && !entry.rooms.includes(from.name))
  if (reserved === undefined) return null
  return reserved.rooms.length === 0 ? 'does not belong here' : `belongs to ${reserved.rooms.join(', ')}`
}

/** The room of a file: its name is as deep as the pattern that it matches. */
function roomOf(house: House, path: string): Room | null {
  const steps = path.slice(house.source.length + 1).split('/')
  for (const [pattern, floor] of Object.entries(house.floors)) {
    if (pattern === '*') return { name: house.source, floor }
    const wanted = pattern.split('/')
    if (wanted.every((step, at) => step === '*' || step === steps[at])) {
      return { name: steps.slice(0, wanted.length).join('/'), floor }
    }
  }
  return null
}

const importForms = [
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\b(?:import|require)\(\s*['"]([^'"]+)['"]/g,
  /\bnew URL\(\s*['"](\.[^'"]+\.tsx?)['"]/g,
]

function importsOf(text: string): string[] {
  return importForms.flatMap((form) => [...text.matchAll(form)].map((match) => match[1] ?? ''))
}

function isTest(path: string): boolean {
  return /\.test\.tsx?$|\/test\//.test(path)
}
