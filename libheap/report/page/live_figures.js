'use strict';

// The figures of this moment, and how the capture goes, in words.

// Facts that change: each has an element for its value and one for a note.
class LiveFigures {
  constructor(rows) {
    this.rows = rows.map(([label, tell]) => ({
      tell, label, value: el('dd', {}), note: el('dd', {class: 'note'}),
    }));
    this.node = el('dl', {class: 'facts live-facts'},
      this.rows.map(({label, value, note}) =>
        el('div', {}, el('dt', {}, label), value, note)));
  }

  // tell(status) is a text, or [text, note].
  draw(status) {
    for (const {tell, value, note} of this.rows) {
      const [text, more] = [tell(status)].flat();
      if (value.textContent !== text) value.textContent = text;
      if (note.textContent !== (more ?? '')) note.textContent = more ?? '';
    }
  }
}

const kFigures = [
  ['Used', ({used_blocks: used, total_blocks: total}) => total === 0 ? '–'
    : [percentOf(used, total), `${humanBytes(bytesOf(used))} of ` +
       humanBytes(bytesOf(total))]],
  ['Largest free run', ({largest_free_run_blocks: run, total_blocks: total,
                         used_blocks: used}) => total === 0 ? '–'
    : [humanBytes(bytesOf(run)),
       `of ${humanBytes(bytesOf(total - used))} free`]],
  ['Events', (status) => [
    `${withCommas(status.events_per_s)}/s`,
    `${withCommas(status.events)} in all`]],
  ['Allocated', (status) =>
    `${humanBytes(status.allocated_bytes_per_s)}/s`],
  ['Collects', ({collects}) => [withCommas(collects), lastCollect()]],
  ['Last pause', () => pauseFigure(lastOf(findings.collects.listed.filter(
    (one) => pauseOf(one) !== null)))],
  ['Longest pause', () => pauseFigure(longestPause())],
  ['Failed allocations', ({failures}) => [
    withCommas(failures), lastFailure()]],
  ['Lost events', (status) => [
    withCommas(status.lost_events), whatElseWentWrong(status)]],
];

const lastOf = (list) => list[list.length - 1];

function lastCollect() {
  const last = lastOf(findings.collects.listed);
  return last === undefined ? '' : `the last ${last.cause === 'reset'
    ? 'by a soft reset' : `one ${last.cause}`}, ` +
    `freed ${humanBytes(bytesOf(freedBy(last)))}`;
}

function longestPause() {
  return findings.collects.listed.reduce((best, one) =>
    pauseOf(one) !== null && pauseOf(one) > (best ? pauseOf(best) : -1)
      ? one : best, undefined);
}

const pauseFigure = (collect) => collect === undefined ? '–'
  : [humanTime(pauseOf(collect)),
     `${collect.cause}, ${momentOf(collect.event, collect.begin_us)}`];

function lastFailure() {
  const last = lastOf(findings.failures.first);
  if (last === undefined) return '';
  return `the last ${last.verdict.replace('_', ' ')}: ` +
    `${humanBytes(last.bytes)} asked, the largest run ` +
    humanBytes(bytesOf(last.largest_free_run_blocks));
}

function whatElseWentWrong(status) {
  const list = [];
  if (status.damage_bytes > 0) {
    list.push(`${humanBytes(status.damage_bytes)} damaged`);
  }
  if (status.divergences > 0) {
    list.push(counted(status.divergences, 'divergence'));
  }
  if (status.restarts > 0) list.push(counted(status.restarts, 'restart'));
  if (status.reconnects > 0) {
    list.push(counted(status.reconnects, 'reconnect'));
  }
  return list.join(', ');
}

// --- How it goes -------------------------------------------------------------

const kStates = {
  'unknown': 'The device has not yet said what its heap is.',
  'waiting': 'Waiting for the first keyframe; before it nobody knows the heap.',
  'inexact': 'After a loss: the heap is as it was, until the next keyframe.',
  'behind': 'This view fell behind and skips to the next keyframe; the trace ' +
            'has everything.',
};

// [class, mark, words, more words]
function linkWords(status, silent, held) {
  if (status?.link === 'ended') return endWords(status);
  if (silent) {
    return ['grave', '⚠', 'mpheap does not answer.', 'Trying again.'];
  }
  if (status === null) return ['partial', '…', 'Connecting.', ''];
  if (status.link === 'gone') {
    return ['grave', '⚠', 'The port is gone, waiting for it.',
            `${status.port} is opened again when it is back.`];
  }
  if (status.state === 'no model') {
    return ['grave', '⚠', 'No model of this heap.', status.problem];
  }
  const doubt = kStates[status.state] ?? '';
  if (held) return ['partial', '❚❚', 'Held.', 'The capture goes on.'];
  return [doubt === '' ? 'proven' : 'partial', '●', 'Live.', doubt];
}

const kReasons = {
  'signal': 'It was told to end.', 'duration': 'Its time was up.',
  'label': 'The program gave the label.', 'end of input': 'The input ended.',
  'disconnected': 'The port went away.',
};

function endWords({reason, file}) {
  const where = file === '-' ? '' : ` The trace is ${file}; mpheap report ` +
    `${file} says everything about it.`;
  return ['partial', '■', 'The capture ended.',
          `${kReasons[reason] ?? reason ?? ''}${where}`];
}

// "1:15", "1:01:40"
function clockText(us) {
  const seconds = Math.floor(us / 1e6);
  const two = (n) => String(n).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
