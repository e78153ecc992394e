'use strict';

// Section: the collects.

// What every collect left: its live objects; above, what it freed.
class LiveChart extends Chart {
  constructor(group, host, readout) {
    super(group, host, {
      label: 'Used before and after each collect.',
      height: 150 + kAxisPixels,
    });
    this.readout = readout;
    this.read();
    this.start({
      labels: ['x', 'before', 'after'],
      series: {
        before: {plotter: (e) => this.drawFreed(e)},
        after: {plotter: (e) => this.drawLive(e)},
      },
      axes: {y: {ticker: (from, to, pixels) => byteTicks(this.most, pixels)}},
    });
  }

  read() {
    this.collects = findings.collects.listed;
    this.most = this.collects.reduce(
      (most, one) => Math.max(most, bytesOf(one.used_before_blocks)), 1);
  }

  get valueRange() { return [0, this.most * 1.05]; }

  rows() {
    return this.collects.map((one) => [
      this.group.across.of(one.event, one.begin_us),
      bytesOf(one.used_before_blocks), bytesOf(one.used_after_blocks)]);
  }

  eventOf(row) { return this.collects[row].event; }

  drawFreed(e) {
    const ctx = e.drawingContext;
    const after = e.allSeriesPoints[1];
    ctx.strokeStyle = this.colours.muted;
    ctx.lineWidth = 1;
    ctx.beginPath();
    e.points.forEach((point, i) => {
      const x = Math.round(point.canvasx) + 0.5;
      ctx.moveTo(x - 2, point.canvasy); ctx.lineTo(x + 2, point.canvasy);
      ctx.moveTo(x, point.canvasy); ctx.lineTo(x, after[i].canvasy);
    });
    ctx.stroke();
  }

  drawLive(e) {
    const ctx = e.drawingContext;
    ctx.strokeStyle = ctx.fillStyle = this.colours.used;
    ctx.lineWidth = 1.5;
    ctx.beginPath();
    for (const [x, y] of corners(e.points)) ctx.lineTo(x, y);
    ctx.stroke();
    if (e.points.length * 5 > e.plotArea.w) return;  // no room for dots
    ctx.beginPath();
    for (const point of e.points) {
      ctx.moveTo(point.canvasx, point.canvasy);
      ctx.arc(point.canvasx, point.canvasy, 2.5, 0, 2 * Math.PI);
    }
    ctx.fill();
  }

  readOut(row) {
    const one = this.collects[row ?? this.collects.length - 1];
    this.readout.show({
      at: `${row === null ? 'the last one, ' : ''}` +
          `${momentOf(one.event, one.begin_us)} · ${one.cause}`,
      before: humanBytes(bytesOf(one.used_before_blocks)),
      after: humanBytes(bytesOf(one.used_after_blocks)),
    });
  }
}

const causeOf = (cause) => el('span', {class: 'cause'},
  el('i', {'aria-hidden': 'true'}, kMarks[cause].glyph), cause);

function renderCollects(body) {
  const {listed, listed_one_in: oneIn} = findings.collects;
  if (listed.length === 0) {
    body.append(el('p', {class: 'empty'}, 'The collector never ran in this ' +
      'trace: no request found the heap too full, no ', term('threshold'),
      ' was reached, and the program did not ask.'));
    return;
  }
  const readout = new Readout([
    ['at', 'Collect', null],
    ['before', 'used before', 'before'], ['after', 'live after', 'after']]);
  const host = el('div', {class: 'chart', id: 'live-chart'});
  body.append(readout.node, host);
  new LiveChart(group, host, readout);
  if (oneIn > 1) {
    body.append(el('p', {class: 'note'}, 'Listed is one of every ',
      show('collects.listed_one_in'), ' collects; the totals are over all.'));
  }
  body.append(el('div', {}, table('Collects one by one', collectColumns(),
                                  listed, 'collects')));
}

function collectColumns() {
  const most = mostBlocks();
  const field = (name) => (row, i) =>
    show(`collects.listed.${i}.${name}_blocks`, 'blocks');
  const columns = [
    {title: 'Event', cell: (row, i) =>
      moment(`collects.listed.${i}.event`, row.begin_us)},
    {title: 'Cause', class: 'left', cell: (row) => causeOf(row.cause)},
    {title: 'Allocated since', cell: field('allocated')},
    {title: 'Used before', cell: field('used_before')},
    {title: 'Live after', cell: field('used_after')},
    {title: 'Freed', cell: (row) => humanBytes(bytesOf(freedBy(row)))},
    {title: 'of the heap', class: 'bars', cell: (row) => bar([
      [row.used_after_blocks / most, 'used'],
      [freedBy(row) / most, 'freed']])},
    {title: 'Largest run before', cell: field('largest_run_before')},
    {title: 'Largest run after', cell: field('largest_run_after')}];
  if (findings.collects.listed.some((one) => pauseOf(one) !== null)) {
    columns.push({title: 'Pause', cell: (row) =>
      pauseOf(row) === null ? '–' : humanTime(pauseOf(row))});
  }
  return columns;
}

const freedBy = (collect) =>
  Math.max(0, collect.used_before_blocks - collect.used_after_blocks);

const pauseOf = (collect) =>
  collect.begin_us === null || collect.end_us === null
    ? null : collect.end_us - collect.begin_us;
