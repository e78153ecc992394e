'use strict';

// Section: the heap, its end, and the trace.

function renderFacts(body) {
  const yes = (path) => (at(path) ? 'yes' : 'no');
  const areas = {none: null, manual: 'given at start',
                 auto: 'added and given back as needed'};
  const {last_used_block: lastUsed} = findings.final;
  body.append(el('div', {class: 'columns'},
    el('div', {}, el('h3', {}, 'Heap'), facts([
      ['MicroPython', show('heap.release', 'text')],
      ['Size', heapSize()],
      [term('block', 'Blocks'), [show('heap.blocks'), ' of ',
                                 show('heap.block_bytes'), NBSP, 'B']],
      [term('area', 'Areas'), show('heap.areas'), areas[findings.trace.split]],
      ['Word', [show('trace.word_bytes'), NBSP, 'B']],
      ['Finalisers', yes('trace.finaliser')],
      ['Weak references', yes('trace.weakref')]])),
    el('div', {}, el('h3', {}, 'At the end of the trace'), facts([
      ['Used', show('final.used_blocks', 'blocks')],
      ['Free', show('final.free_blocks', 'blocks')],
      ['Objects', show('final.objects'),
       [show('final.one_block_objects'), ' of 1 block, ',
        show('final.two_block_objects'), ' of 2']],
      ['Largest object', show('final.max_block', 'blocks')],
      [term('run', 'Largest free run'), show('final.max_free', 'blocks')],
      ['Allocated since collect', show('final.alloc_amount', 'blocks')],
      lastUsed === null ? null
        : ['Last used block', show('final.last_used_block')]])),
    el('div', {}, el('h3', {}, 'Trace'), facts([
      ['File', show('trace.file', 'text')],
      ['Format', show('trace.format', 'text')],
      ['Events', show('proof.events')],
      hasTimes() ? ['Time', humanTime(findings.proof.last_us -
                                    findings.proof.first_us)] : null,
      findings.labels.count > 0 ? ['Labels', show('labels.count')] : null]))));
}
