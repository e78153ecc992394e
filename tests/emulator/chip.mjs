// An emulated RP2040 with a program in its RAM, as the boot ROM would leave it.

const RAM = 0x20000000;

export async function load_emulator() {
  return import(process.env.RP2040JS ?? 'rp2040js');
}

export function make_chip({ RP2040 }, elf) {
  const chip = new RP2040();
  const quiet = () => {};
  chip.logger = { debug: quiet, info: quiet, warn: quiet,
    error: (...words) => { throw new Error(words.join(' ')); } };
  for (const { address, bytes } of elf.segments) chip.sram.set(bytes, address - RAM);
  chip.core.VTOR = RAM;
  chip.core.SP = chip.readUint32(RAM);
  chip.core.PC = chip.readUint32(RAM + 4) & ~1;
  return chip;
}
