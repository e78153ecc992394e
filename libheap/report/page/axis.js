'use strict';

// The x axis all charts share, and the window on it that they show together.

// The index of the item of a sorted list that is nearest to a value.
function nearest(sorted, value) {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1; else high = middle;
  }
  const before = low > 0 && value - sorted[low - 1] < sorted[low] - value;
  return before ? low - 1 : low;
}

// Moments without a time take that of the one before; null if none has one.
function completed(times) {
  const first = times.find((time) => time !== null);
  if (first === undefined) return null;
  let last = first;
  return times.map((time) => (last = time ?? last));
}

// 1, 2 or 5 times a power of ten, at least `least`.
function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].find((n) => n * power >= least * 0.999) * power;
}

const kClockSteps = [10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
                     21600, 43200, 86400].map((seconds) => seconds * 1e6);

// Where things are from left to right: at their event number, or at their
// time if the trace has times.
class Across {
  constructor(samples) {
    this.events = samples.event;
    this.times = completed(samples.time_us);
    this.byTime = this.times !== null;
  }

  get xs() { return this.byTime ? this.times : this.events; }

  // All there is, with a little room for marks at the ends.
  get extent() {
    const first = this.xs[0];
    const last = this.xs[this.xs.length - 1];
    const margin = (last - first) * 0.01 || 1;
    return [first - margin, last + margin];
  }

  // The x of a thing with an event number and, perhaps, a time.
  of(event, time = null) {
    if (!this.byTime) return event;
    return time ?? this.times[nearest(this.events, event)];
  }

  step(span, pixels, pixelsEach) {
    const least = span / Math.max(1, pixels / pixelsEach);
    if (!this.byTime) return Math.max(1, roundStep(least));
    return kClockSteps.find((step) => least > 5e6 && step >= least) ??
        roundStep(least);
  }

  ticks(from, to, pixels) {
    const step = this.step(to - from, pixels, 110);
    const ticks = [];
    for (let k = Math.ceil(from / step); k * step <= to; ++k) {
      const v = k * step || 0;  // not -0
      ticks.push({v, label: this.byTime ? momentText(v, step, to)
                                        : withCommas(v)});
    }
    return ticks;
  }
}

// "event 12,345 · 1.234 s"
function momentOf(event, time) {
  const number = `event${NBSP}${withCommas(event)}`;
  return time === null ? number : `${number} · ${timeText(time)}`;
}

// The charts of the page and the window they show; null shows everything.
class ChartGroup {
  constructor(across) {
    this.across = across;
    this.window = null;
    this.trailing = null;  // so much before the newest is shown
    this.charts = [];
    // Told where a chart's cursor is, of new colours, of another window.
    this.followers = [];
    this.needle = null;   // the moment the map shows
  }

  get shown() { return this.window ?? this.across.extent; }

  // Shows so much before the newest, also when newer comes; null: everything.
  trail(span) {
    this.show(null);
    this.trailing = span;
    this.catchUp();
    this.showWindow();
  }

  catchUp() {
    if (this.trailing === null) return;
    const {xs} = this.across;
    const last = xs[xs.length - 1];
    this.window = last - xs[0] <= this.trailing ? null
      : [last - this.trailing, last + 0.01 * this.trailing];
  }

  // The findings are others.
  renew() {
    const {byTime} = this.across;
    this.across = new Across(findings.over_time.samples);
    this.across.byTime &&= byTime || this.charts.length === 0;
    this.catchUp();
    for (const chart of this.charts) chart.reload();
  }

  show(window) {
    this.trailing = null;
    const [first, last] = this.across.extent;
    if (window !== null) {
      const least = this.across.byTime ? (last - first) / 1e5 : 8;
      const span = Math.min(Math.max(window[1] - window[0], least),
                            last - first);
      const middle = (window[0] + window[1]) / 2;
      const from = Math.min(Math.max(middle - span / 2, first), last - span);
      window = span < (last - first) * 0.975 ? [from, from + span] : null;
    }
    this.window = window;
    this.showWindow();
  }

  showWindow() {
    for (const chart of this.charts) chart.showWindow();
    for (const follower of this.followers) follower.windowIs?.();
  }

  // The range selector moved one chart; the others follow.
  follow(window) {
    const [from, to] = this.shown;
    const close = Math.abs(to - from) * 1e-6;
    if (Math.abs(window[0] - from) < close &&
        Math.abs(window[1] - to) < close) {
      return;
    }
    this.show(window);
  }

  zoom(factor, centre = null) {
    const [from, to] = this.shown;
    const middle = centre ?? (from + to) / 2;
    this.show([middle - (middle - from) * factor,
               middle + (to - middle) * factor]);
  }

  pan(share) {
    const [from, to] = this.shown;
    const by = (to - from) * share;
    this.show([from + by, to + by]);
  }

  // Brings a moment into view, near enough to tell it from its neighbours.
  focus(event, time = null) {
    if (this.charts.length === 0) return;
    const [first, last] = this.across.extent;
    const [from, to] = this.shown;
    const span = Math.min(to - from, (last - first) / 12);
    const x = this.across.of(event, time);
    this.show([x - span / 2, x + span / 2]);
    this.charts[0].select(nearest(this.charts[0].xs, x));
    this.charts[0].host.scrollIntoView({block: 'center'});
    this.charts[0].host.focus({preventScroll: true});
  }

  // A chart's cursor was moved to an event.
  cursorAt(event) {
    for (const follower of this.followers) follower.cursorAt(event);
  }

  // The map shows a moment, {event, time, used, run, total}: a needle stands
  // there in every chart. With `lead` the first chart brings it into view and
  // reads it out.
  pointAt(moment, lead) {
    this.needle = moment;
    for (const chart of this.charts) chart.placeNeedle();
    if (lead && this.charts.length > 0) this.charts[0].lookAt(moment);
  }

  setByTime(byTime) {
    if (this.across.byTime === byTime) return;
    const old = this.across.xs;
    const rows = this.window && this.window.map((x) => nearest(old, x));
    this.across.byTime = byTime;
    this.window = null;
    for (const chart of this.charts) chart.reload();
    if (rows) this.show(rows.map((row) => this.across.xs[row]));
  }

  redraw() {
    for (const chart of this.charts) chart.recolour();
    for (const follower of this.followers) follower.recolour();
  }
}

const group = new ChartGroup(new Across(findings.over_time.samples));
const hasTimes = () => group.across.times !== null;

// A moment as a button that shows it in the chart; `path` is its event number.
function moment(path, time = null) {
  const event = at(path);
  return el('button', {
    type: 'button', class: 'moment', title: 'Show in the chart',
    onclick: () => group.focus(event, time),
  }, show(path), time !== null && ` · ${timeText(time)}`);
}

const onEvent = (path, time) => ['event', NBSP, moment(path, time)];
