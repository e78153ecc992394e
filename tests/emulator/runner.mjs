// Runs the demo firmware on an emulated RP2040.
//
//   node runner.mjs demo.elf --out trace.mpheap [--set baud=115200 ...]
//
//   --out FILE      what the UART sent (- is stdout)
//   --socket PATH   the same to a UNIX socket, in the chip's own time if it can
//   --set K=V       a field of demo_options (demo/demo.c)
//   --no-sniffer    the DMA has no sniffer: CRCs in software
//   --cycles WHAT   counts cycles: of the tracer's functions, or of hooks without those
//                   of the heap's own functions (tracer, hooks)
//   --ram FILE      the RAM at the end
//   --limit SECONDS of the chip's time (60)
//
// Prints one JSON document: what the chip's RAM says at the end.

import fs from 'node:fs';
import net from 'node:net';
import { parseArgs } from 'node:util';
import { load_emulator, make_chip } from './chip.mjs';
import { CycleCounter } from './cycle_counter.mjs';
import { add_sniffer } from './dma_sniffer.mjs';
import { read_elf } from './elf.mjs';
import { pace_uart } from './paced_uart.mjs';

const RAM = 0x20000000;
const CYCLE_NANOS = 8;
const OPTIONS = ['program', 'steps', 'work', 'seed', 'traced', 'policy', 'flags', 'baud', 'slots',
  'heap_bytes', 'threshold', 'interrupts', 'snapshots'];
const HEAP = ['flags', 'start', 'end', 'table', 'table_bytes', 'finalisers', 'finaliser_bytes',
  'pool', 'blocks', 'last_free_byte', 'last_used_block', 'amount', 'threshold', 'lock', 'collects'];
const REPORT = ['done', 'requests', 'interrupt_requests', 'begin_us', 'end_us', 'sniffer'];
const STATS = ['events', 'dropped', 'packets', 'bytes', 'stalled_us', 'own_us', 'keyframes',
  'slots_most'];
const INFO = ['used_blocks', 'free_blocks', 'one_block_objects', 'two_block_objects', 'max_block',
  'max_free'];
// Hooks, and the heap's own functions in them; see --cycles.
const HOOKS = ['demo_gc_alloc', 'demo_gc_realloc', 'demo_gc_free'];
const HEAP_FUNCTIONS = ['demo_heap_alloc', 'demo_heap_resize', 'demo_heap_free'];
const TRACER_FUNCTIONS = ['tracer_alloc_end', 'tracer_realloc_end', 'tracer_free_begin',
  'tracer_collect_begin', 'tracer_collect_marked', 'tracer_collect_end', 'tracer_lock',
  'tracer_unlock', 'tracer_tick', 'tracer_label', 'tracer_settings_changed'];

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' }, socket: { type: 'string' }, set: { type: 'string', multiple: true },
    'no-sniffer': { type: 'boolean' }, cycles: { type: 'string' }, limit: { type: 'string' },
    ram: { type: 'string' },
  },
});

function fields(chip, address, names) {
  return Object.fromEntries(names.map((name, i) => [name, chip.readUint32(address + 4 * i)]));
}

function read_report(chip, symbols) {
  const at = symbols.demo_report.address;
  const heap = fields(chip, symbols.demo_heap.address, HEAP);
  const bytes = (address, count) =>
    Buffer.from(chip.sram.subarray(address - RAM, address - RAM + count)).toString('hex');
  return {
    ...fields(chip, at, REPORT),
    stats: fields(chip, at + 4 * REPORT.length, STATS),
    info: fields(chip, at + 4 * (REPORT.length + STATS.length), INFO),
    heap: { ...heap, table: bytes(heap.table, heap.table_bytes),
      finalisers: bytes(heap.finalisers, heap.finaliser_bytes),
      roots: symbols.demo_roots.address },
  };
}

function open_output() {
  if (given.socket !== undefined) {
    const socket = net.createConnection(given.socket);
    return { write: (bytes) => socket.write(bytes), close: () => socket.end() };
  }
  const file = given.out === '-' ? 1 : fs.openSync(given.out ?? '/dev/null', 'w');
  return { write: (bytes) => fs.writeSync(file, bytes), close: () => {} };
}

const elf = read_elf(positionals[0]);
const chip = make_chip(await load_emulator(), elf);
const output = open_output();
const waiting = [];
const flush = () => output.write(Buffer.from(waiting.splice(0)));
const uart = pace_uart(chip, chip.uart[0], (byte) => waiting.push(byte));
if (!given['no-sniffer']) add_sniffer(chip);
for (const setting of given.set ?? []) {
  const [name, value] = setting.split('=');
  if (!OPTIONS.includes(name)) throw new Error(`no option ${name}`);
  chip.writeUint32(elf.symbols.demo_options.address + 4 * OPTIONS.indexOf(name), Number(value) >>> 0);
}

const counter = given.cycles === undefined ? null
  : given.cycles === 'hooks' ? new CycleCounter(chip, elf.symbols, HOOKS, HEAP_FUNCTIONS)
    : new CycleCounter(chip, elf.symbols, TRACER_FUNCTIONS);
const done_at = elf.symbols.demo_report.address;
const limit = Number(given.limit ?? 60) * 1e9;
const { core, clock } = chip;
const is_done = () => chip.readUint32(done_at) !== 0 && uart.idle();
while (!is_done() && clock.nanos < limit) {
  for (let i = 0; i < 20000; i++) {
    clock.tick(core.executeInstruction() * CYCLE_NANOS);
    if (counter !== null) counter.look(core.PC);
  }
  if (waiting.length !== 0) {
    flush();
    if (given.socket !== undefined) await new Promise((resume) => setImmediate(resume));
  }
}
flush();
output.close();
if (given.ram !== undefined) fs.writeFileSync(given.ram, chip.sram);
const report = read_report(chip, elf.symbols);
if (counter !== null) report.cycles = counter.summary();
(given.out === '-' ? console.error : console.log)(JSON.stringify(report));
process.exitCode = report.done ? 0 : 1;
