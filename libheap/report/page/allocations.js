'use strict';

// Section: what the program asks for.

function renderAllocations(body) {
  const found = findings.allocations;
  const given = bytesOf(found.blocks);
  body.append(facts([
    ['Requests served', show('allocations.requests')],
    ['Bytes asked for', show('allocations.requested_bytes', 'bytes')],
    ['Bytes given', show('allocations.blocks', 'blocks')],
    [term('waste', 'Rounding waste'),
     percentOf(given - found.requested_bytes, given)],
    ['Largest request', show('allocations.largest_request_bytes', 'bytes')],
    ['Different sizes', show('allocations.distinct_sizes')],
    ['Resizes', show('allocations.resizes'),
     [show('allocations.resizes_in_place'), ' in place, ',
      show('allocations.resizes_moved'), ' moved']],
    ['Freed by the program', show('allocations.freed_blocks', 'blocks'),
     ['in ', show('allocations.frees'), ' frees']]]));
  if (found.top_sizes.length === 0) {
    body.append(el('p', {class: 'empty'}, 'Nothing was allocated.'));
    return;
  }
  body.append(el('div', {}, table('Sizes that took most memory in all',
                                  sizeColumns(), found.top_sizes)));
}

function sizeColumns() {
  const all = findings.allocations.blocks;
  const field = (name) => (row, i) =>
    show(`allocations.top_sizes.${i}.${name}`);
  const given = (row) => bytesOf(row.blocks) * row.count;
  return [
    {title: 'Bytes asked', cell: field('bytes')},
    {title: 'Blocks each', cell: field('blocks')},
    {title: 'Times', cell: field('count')},
    {title: 'Given in all', cell: (row) => humanBytes(given(row))},
    {title: 'Share', cell: (row) => percentOf(row.blocks * row.count, all)},
    {title: 'of all given', class: 'bars', cell: (row) =>
      bar([[row.blocks * row.count / all, 'used']])},
    {title: 'Rounding waste', cell: (row) =>
      percentOf(given(row) - row.bytes * row.count, given(row))}];
}
