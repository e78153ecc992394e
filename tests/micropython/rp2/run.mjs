// Runs MicroPython for the rp2 port on an emulated RP2040.
//
//   node run.mjs firmware.elf script.py --bootrom bootrom.mjs [options]
//
//   --socket PATH   what UART 1 sends, as it comes
//   --out FILE      the same at the end
//   --ram FILE      the RAM when mpheap.stop() closes the line
//   --cycles A,B    counts the cycles of these functions
//   --without C,D   but not those of these, which they call
//   --each          prints all counts, in order
//   --limit SECONDS of the chip's time (60)
//
// The firmware has main.py frozen and its REPL on UART 0, which goes to standard
// output. The boot ROM is that of rp2040js's demo (exports bootromB1). Prints
// counts of cycles to standard error, as JSON.

import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { CycleCounter } from '../../emulator/cycle_counter.mjs';
import { add_sniffer } from '../../emulator/dma_sniffer.mjs';
import { read_elf } from '../../emulator/elf.mjs';
import { pace_uart } from '../../emulator/paced_uart.mjs';

const FLASH = 0x10000000;
const FLASH_BYTES = 0x1000000;
const SCRIPT = 0x180000;
const CYCLE_NANOS = 8;
const OVER = 'script is over\r\n';

const { values: given, positionals: [elf_path, script_path] } = parseArgs({
  allowPositionals: true,
  options: {
    bootrom: { type: 'string' }, socket: { type: 'string' }, out: { type: 'string' },
    ram: { type: 'string' }, cycles: { type: 'string' }, without: { type: 'string' },
    limit: { type: 'string' }, each: { type: 'boolean' },
  },
});

function script_in_flash() {
  const name = Buffer.from(path.basename(script_path));
  const text = fs.readFileSync(script_path);
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32LE(text.length, 0);
  lengths.writeUInt32LE(name.length, 4);
  return Buffer.concat([lengths, name, text]);
}

async function make_chip(elf) {
  const { RP2040 } = await import(process.env.RP2040JS ?? 'rp2040js');
  const { bootromB1 } = await import(path.resolve(given.bootrom));
  const chip = new RP2040();
  const quiet = () => {};
  chip.logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  chip.loadBootrom(bootromB1);
  for (const { address, bytes } of elf.segments) {
    if (address >= FLASH && address < FLASH + FLASH_BYTES) chip.flash.set(bytes, address - FLASH);
  }
  chip.flash.set(script_in_flash(), SCRIPT);
  chip.core.PC = FLASH;
  return chip;
}

console.warn = () => {}; // the emulator, of registers it does not have
const elf = read_elf(elf_path);
const chip = await make_chip(elf);
const socket = given.socket === undefined ? null : net.createConnection(given.socket);
const sent = [];
const unsent = [];
let console_text = '';
let has_ended = false; // the script has
pace_uart(chip, chip.uart[0], (byte) => {
  console_text = (console_text + String.fromCharCode(byte)).slice(-OVER.length);
  has_ended ||= console_text === OVER;
  process.stdout.write(Buffer.from([byte]));
});
const uart = pace_uart(chip, chip.uart[1], (byte) => {
  sent.push(byte);
  unsent.push(byte);
});
add_sniffer(chip);
const list = (words) => (words ?? '').split(',').filter((word) => word !== '');
const counter = given.cycles === undefined ? null
  : new CycleCounter(chip, elf.symbols, list(given.cycles), list(given.without));
const close_at = (elf.symbols.mpheap_port_close?.address ?? 0) & ~1;
const limit = Number(given.limit ?? 60) * 1e9;
const { core, clock } = chip;
const is_over = () => has_ended && uart.idle();

while (!is_over() && clock.nanos < limit) {
  for (let i = 0; i < 20000; i++) {
    const asleep = core.waiting;
    clock.tick(asleep ? Math.max(clock.nanosToNextAlarm, CYCLE_NANOS) : core.executeInstruction() * CYCLE_NANOS);
    if (counter !== null) counter.look(core.PC);
    if (core.PC === close_at && given.ram !== undefined) fs.writeFileSync(given.ram, chip.sram);
  }
  if (socket !== null && unsent.length !== 0) {
    socket.write(Buffer.from(unsent.splice(0)));
    await new Promise((resume) => setImmediate(resume));
  }
}
if (socket !== null) await new Promise((resume) => socket.end(resume));
if (given.out !== undefined) fs.writeFileSync(given.out, Buffer.from(sent));
if (counter !== null) console.error(JSON.stringify(given.each ? counter.samples : counter.summary()));
process.exitCode = has_ended ? 0 : 1;
