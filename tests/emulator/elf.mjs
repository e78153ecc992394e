// A 32-bit little-endian ELF file: what to load, and where symbols are.

import fs from 'node:fs';

const LOAD = 1;
const SYMBOLS = 2;

function name_at(bytes, offset) {
  return bytes.toString('latin1', offset, bytes.indexOf(0, offset));
}

// {segments: [{address, bytes}], symbols: {name: {address, size}}}
export function read_elf(path) {
  const bytes = fs.readFileSync(path);
  const half = (at) => bytes.readUInt16LE(at);
  const word = (at) => bytes.readUInt32LE(at);

  const segments = [];
  for (let i = 0; i < half(44); i++) {
    const at = word(28) + i * half(42);
    const [offset, size] = [word(at + 4), word(at + 16)];
    if (word(at) === LOAD && size !== 0) {
      segments.push({ address: word(at + 12), bytes: bytes.subarray(offset, offset + size) });
    }
  }

  const symbols = {};
  const section = (i) => word(32) + i * half(46);
  for (let i = 0; i < half(48); i++) {
    if (word(section(i) + 4) !== SYMBOLS) continue;
    const [begin, size] = [word(section(i) + 16), word(section(i) + 20)];
    const names = word(section(word(section(i) + 24)) + 16);
    for (let at = begin; at < begin + size; at += 16) {
      symbols[name_at(bytes, names + word(at))] = { address: word(at + 4), size: word(at + 8) };
    }
  }
  return { segments, symbols };
}
