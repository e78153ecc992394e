// Counts the cycles of functions, from their first instruction to the return
// to their caller, without those of the functions named to be left out, which
// they call: what a hook costs is its time less that of the heap's function.
// Functions that are counted are not counted in each other.

export class CycleCounter {
  constructor(chip, symbols, names, left_out = []) {
    const at = (list) => new Map(list.filter((name) => symbols[name])
      .map((name) => [symbols[name].address & ~1, name]));
    this.chip = chip;
    this.names = at(names);
    this.left_out = at(left_out);
    this.samples = Object.fromEntries(names.map((name) => [name, []]));
    this.name = null;
    this.inner = null;
  }

  frame() {
    const { core } = this.chip;
    return { sp: core.SP, back: core.LR & ~1, begin: core.cycles };
  }

  has_returned(frame, pc) {
    return pc === frame.back && this.chip.core.SP === frame.sp;
  }

  // After each instruction.
  look(pc) {
    if (this.inner !== null) {
      if (!this.has_returned(this.inner, pc)) return;
      this.outer.begin += this.chip.core.cycles - this.inner.begin;
      this.inner = null;
    }
    if (this.name === null) {
      const name = this.names.get(pc);
      if (name === undefined) return;
      this.name = name;
      this.outer = this.frame();
    } else if (this.has_returned(this.outer, pc)) {
      this.samples[this.name].push(this.chip.core.cycles - this.outer.begin);
      this.name = null;
    } else if (this.left_out.has(pc)) {
      this.inner = this.frame();
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
