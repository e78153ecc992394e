// Counts the cycles spent in functions, from their first instruction to the
// return to their caller, with all that they call. Not nested in each other.

export class CycleCounter {
  constructor(chip, symbols, names) {
    this.chip = chip;
    this.names = new Map(names.filter((name) => symbols[name])
      .map((name) => [symbols[name].address & ~1, name]));
    this.samples = Object.fromEntries(names.map((name) => [name, []]));
    this.name = null;
  }

  // After each instruction.
  look(pc) {
    if (this.name === null) {
      const name = this.names.get(pc);
      if (name === undefined) return;
      this.name = name;
      this.sp = this.chip.core.SP;
      this.back = this.chip.core.LR & ~1;
      this.begin = this.chip.core.cycles;
    } else if (pc === this.back && this.chip.core.SP === this.sp) {
      this.samples[this.name].push(this.chip.core.cycles - this.begin);
      this.name = null;
    }
  }

  // {name: {count, median, mean, p90, max}}
  summary() {
    const summary = {};
    for (const [name, samples] of Object.entries(this.samples)) {
      if (samples.length === 0) continue;
      samples.sort((a, b) => a - b);
      const at = (share) => samples[Math.min(samples.length - 1, Math.floor(share * samples.length))];
      const sum = samples.reduce((a, b) => a + b, 0);
      summary[name] = { count: samples.length, median: at(0.5), mean: Math.round(sum / samples.length),
        p90: at(0.9), max: samples[samples.length - 1] };
    }
    return summary;
  }
}
