'use strict';

// Section: the report in a few sentences.

function renderShort(body) {
  body.append(facts([
    shortPeak(), shortSmallest(), shortFailures(), shortCollects(),
    shortFragmentation()], 'short'));
}

// The parts that count, with commas between: a part is [count, ...nodes].
const listing = (parts) => parts.filter(([count]) => count > 0).map(
  ([, ...nodes], i) => [i > 0 ? ', ' : '', nodes]);

function shortPeak() {
  const {peak_used_blocks: peak} = findings.allocations;
  const share = findings.trace.split === 'auto' ? 'At '
    : [percentOf(peak, findings.heap.blocks), ' of the heap, at '];
  return ['Peak use', show('allocations.peak_used_blocks', 'blocks'),
    [share, onEvent('allocations.peak_event'),
     '. Garbage not yet collected counts as used.']];
}

function shortSmallest() {
  const smallest = findings.smallest_largest_free_run;
  const label = 'Always possible';
  if (smallest.blocks > mostBlocks()) {
    return [label, '–', 'The trace has no moment to tell from.'];
  }
  const path = 'smallest_largest_free_run';
  const figure = show(`${path}.blocks`, 'blocks');
  const when = onEvent(`${path}.event`, smallest.time_us);
  if (smallest.blocks === 0) {
    return [label, figure, ['At ', when, ' no block was free: nothing could ' +
            'be allocated without a collect.']];
  }
  return [label, figure,
    ['An allocation up to this size could be served at any moment without a ' +
     'collect: the ', term('run', 'largest free run'), ' was never shorter. ' +
     'It was that short at ', when, ', with ',
     show(`${path}.free_blocks`, 'blocks'), ' free in all.']];
}

function shortFailures() {
  const {count, collect_off: off, locked} = findings.failures;
  const notes = [];
  if (count === 0) notes.push('None for lack of room.');
  if (count !== 0) {
    notes.push(listing([
      [at('failures.exhausted'), show('failures.exhausted'),
       ' for lack of memory (', term('exhausted'), ')'],
      [at('failures.fragmented'), show('failures.fragmented'),
       ' although there was room, in pieces (', term('fragmented'), ')']]),
      '.');
  }
  if (off !== 0) {
    notes.push(' ', show('failures.collect_off'),
               ' of them with automatic collection off.');
  }
  if (locked !== 0) {
    notes.push(' ', showCounted('failures.locked', 'request'), ' under the ',
               term('lock'), ' got nothing, by rule.');
  }
  return ['Failed allocations', show('failures.count'), notes];
}

function shortCollects() {
  const {count, idle_explicit: idle, resets} = findings.collects;
  const notes = [];
  if (count === 0) notes.push('The collector never ran.');
  if (count !== 0) {
    notes.push(listing([
      [at('collects.threshold'), show('collects.threshold'), ' at the ',
       term('threshold')],
      [at('collects.exhausted'), show('collects.exhausted'),
       ' because no free run was long enough'],
      [at('collects.explicit'), show('collects.explicit'), ' ',
       term('explicit')]]), '. They freed ',
      show('collects.freed_blocks', 'blocks'), ' in all and left between ',
      show('collects.live_after_min_blocks', 'blocks'), ' and ',
      show('collects.live_after_max_blocks', 'blocks'), ' live.');
  }
  if (idle !== 0) {
    notes.push(' ', show('collects.idle_explicit'), ' explicit ones freed ' +
               'less than a hundredth of what was used.');
  }
  if (resets !== 0) {
    notes.push(' ', show('collects.resets'),
               ` soft reset${resets === 1 ? '' : 's'} swept everything.`);
  }
  return ['Collects', show('collects.count'), notes];
}

function shortFragmentation() {
  const path = 'over_time.worst';
  const label = ['Worst ', term('fragmentation')];
  const figure = show(`${path}_fragmentation`, 'share');
  if (at(`${path}_fragmentation`) === 0) {
    return [label, figure,
            'Free memory was one run whenever it was looked at.'];
  }
  return [label, figure,
    ['At ', onEvent(`${path}_event`), ': ', show(`${path}_free_blocks`,
     'blocks'), ' free, the largest run ',
     show(`${path}_largest_free_run_blocks`, 'blocks'), '.']];
}
