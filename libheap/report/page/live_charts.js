'use strict';

// Sections: the heap and its pauses over time, as on a report, up to now.

const kTrails = [['10 s', 10e6], ['1 min', 60e6], ['10 min', 600e6]];

// Charts appear with the first thing they have to show.
class LiveCharts {
  constructor(heapBody, pauseBody) {
    this.heapBody = heapBody;
    this.pauseBody = pauseBody;
    this.empty = el('p', {class: 'empty'}, 'Nothing yet.');
    this.noPauses = el('p', {class: 'empty'}, 'No collect yet that says how ' +
                       'long it took.');
    group.followers.push(this);
    heapBody.append(this.empty);
    pauseBody.append(this.noPauses);
  }

  cursorAt() {}
  recolour() {}

  draw() {
    if (findings.over_time.samples.event.length === 0) return;
    group.renew();
    if (!this.heap) this.makeHeap();
    const pauses = findings.collects.listed.some(
      (one) => pauseOf(one) !== null);
    if (pauses && !this.pauses) this.makePauses();
    if (this.pauseHost) this.pauseHost.hidden = !pauses;
    this.noPauses.hidden = pauses;
  }

  makeHeap() {
    const readout = new Readout([
      ['at', 'At', null],
      ['used', 'used', 'used'],
      ['pieces', 'free, in smaller runs', 'pieces'],
      ['run', 'largest free run', 'run'],
      ['size', 'heap', 'size']]);
    const host = el('div', {class: 'chart', id: 'heap-chart'});
    this.empty.remove();
    this.heapBody.append(readout.node, host);
    this.heap = new HeapChart(group, host, readout, 'now');
    this.heapBody.prepend(this.toolbar());
    if (hasTimes()) group.trail(kTrails[1][1]);
  }

  toolbar() {
    return el('div', {class: 'toolbar'},
      hasTimes() && this.trails(),
      choice('Largest free run', [
        ['Layers', () => this.heap.setStacked(true)],
        ['Lines', () => this.heap.setStacked(false)]]),
      zoomButtons());
  }

  // Which stretch before now; none is pressed once the reader chose a window.
  trails() {
    const buttons = kTrails.map(([text, span]) => el('button', {
      type: 'button', 'aria-pressed': 'false',
      onclick: () => group.trail(span),
    }, text));
    this.windowIs = () => buttons.forEach((button, i) =>
      button.setAttribute('aria-pressed',
                          String(group.trailing === kTrails[i][1])));
    return el('div', {class: 'choice', role: 'group', id: 'trail',
                      'aria-label': 'Up to now, the last'}, buttons);
  }

  makePauses() {
    const readout = new Readout([
      ['at', 'Collect', null], ['pause', 'pause', 'after'],
      ['mark', 'of it marking', null], ['sweep', 'sweeping', null]]);
    const host = el('div', {class: 'chart', id: 'pause-chart'});
    this.pauseHost = el('div', {}, readout.node, host);
    this.pauseBody.append(this.pauseHost);
    this.pauses = new PauseChart(group, host, readout);
  }
}
