'use strict';

// The glossary: [id, name, text]; term(id) in a text leads to it.

const kTerms = [
  ['area', 'Area', 'A stretch of memory the heap is given. Most boards have ' +
   'one; some ports add more when memory runs out.'],
  ['block', 'Block', () => ['The heap’s unit: ', show('heap.block_bytes'),
   ' bytes here. Every object takes whole blocks, side by side.']],
  ['checkpoint', 'Checkpoint', 'A digest of the heap’s tables, made on the ' +
   'device. It matches only if the replay is in the same state, bit for bit.'],
  ['collect', 'Collect', 'One run of the garbage collector. It marks what ' +
   'can be reached and frees the rest; it moves nothing.'],
  ['damage', 'Damage', 'Bytes of the trace that are no valid record. They ' +
   'are skipped; what they said is lost.'],
  ['divergence', 'Divergence', 'An event on which recording and model ' +
   'disagree. Without any, the model was in the device’s state throughout.'],
  ['event', 'Event', 'An allocation, a resize, a free or a collect.'],
  ['exhausted', 'Exhausted', 'As a cause: no free run was long enough for a ' +
   'request, so the collector ran. As a verdict: less was free than asked ' +
   'for, so no arrangement of the heap would have done.'],
  ['explicit', 'Explicit', 'As a cause: the program called gc.collect().'],
  ['fragmentation', 'Fragmentation', '1 − largest free run ÷ all free ' +
   'memory. 0 % if all free memory is one run, towards 100 % if it is in ' +
   'crumbs. It says little while hardly anything is free.'],
  ['fragmented', 'Fragmented', 'As a verdict: enough was free, but no run ' +
   'was long enough. An object must lie in one run.'],
  ['gap', 'Gap', 'Events that are known to be lost. Until a whole table of ' +
   'the device is seen again, the heap shown is not exact.'],
  ['kb', 'KB, MB', '1 KB is 1,024 bytes, 1 MB is 1,024 KB.'],
  ['live', 'Live', 'What a collect leaves: what the program holds, and what ' +
   'stale words on the stack make it look as if it held.'],
  ['lock', 'Lock', 'While the heap is locked (in a finaliser, in a hard ' +
   'interrupt handler, after micropython.heap_lock()) every request fails.'],
  ['mmu', 'Minimum mutator utilisation', 'Of all stretches of a given length, ' +
   'the share of the time that was left for the program in the worst one.'],
  ['run', 'Largest free run', 'The longest stretch of free blocks side by ' +
   'side: the largest object that can be allocated without a collect.'],
  ['waste', 'Rounding waste', 'What objects are given beyond what was asked ' +
   'for, because they take whole blocks; as a share of what was given.'],
  ['threshold', 'Threshold', 'As a cause: as much was allocated since the ' +
   'last collect as gc.threshold() says.'],
  ['too_large', 'Too large', 'As a verdict: so large a request that no heap ' +
   'of this kind has room for it. Often a negative size.'],
  ['used', 'Used', 'Blocks that belong to objects, garbage included until a ' +
   'collect frees it.'],
];

function renderTerms(body) {
  body.append(el('dl', {class: 'terms'}, kTerms.map(([id, name, text]) =>
    el('div', {id: `term-${id}`}, el('dt', {}, name),
       el('dd', {}, typeof text === 'function' ? text() : text)))));
}
