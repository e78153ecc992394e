// Runs the bench's firmware on an emulated RP2040, once per file of events.
//
//   node run.mjs bench.elf FLAGS FILE...
//
// A file holds words: kind, bytes, block, result, flag of each request. Prints
// [{hook: {cycles: count}}] for each of them, as JSON.

import fs from 'node:fs';
import { load_emulator, make_chip } from '../../emulator/chip.mjs';
import { CycleCounter } from '../../emulator/cycle_counter.mjs';
import { add_sniffer } from '../../emulator/dma_sniffer.mjs';
import { read_elf } from '../../emulator/elf.mjs';
import { pace_uart } from '../../emulator/paced_uart.mjs';

const RAM = 0x20000000;
const CYCLE_NANOS = 8;
const EVENT_BYTES = 20;
const HOOKS = ['hook_alloc', 'hook_realloc', 'hook_free'];
const HEAP_FUNCTIONS = ['heap_alloc', 'heap_realloc', 'heap_free'];

const [elf_path, flags, ...files] = process.argv.slice(2);
const emulator = await load_emulator();
const elf = read_elf(elf_path);
const results = [];

// Start-up clears what is not initialised: stop behind that.
function run_to_main(chip) {
  const main = elf.symbols.main.address & ~1;
  while (chip.core.PC !== main) chip.core.executeInstruction();
}

for (const file of files) {
  const events = fs.readFileSync(file);
  const chip = make_chip(emulator, elf);
  const address = (name) => elf.symbols[name].address;
  run_to_main(chip);
  chip.sram.set(events, address('bench_events') - RAM);
  chip.writeUint32(address('bench_count'), events.length / EVENT_BYTES);
  chip.writeUint32(address('bench_flags'), Number(flags));
  pace_uart(chip, chip.uart[0], () => {});
  add_sniffer(chip);
  const counter = new CycleCounter(chip, elf.symbols, HOOKS, HEAP_FUNCTIONS);
  const { core, clock } = chip;
  while (chip.readUint32(address('bench_done')) === 0) {
    for (let i = 0; i < 10000; i++) {
      clock.tick(core.executeInstruction() * CYCLE_NANOS);
      counter.look(core.PC);
    }
  }
  const result = {};
  for (const name of HOOKS) {
    result[name] = {};
    for (const cycles of counter.samples[name]) {
      result[name][cycles] = (result[name][cycles] ?? 0) + 1;
    }
  }
  results.push(result);
}
console.log(JSON.stringify(results));
