'use strict';

// Section: what keeps what alive, as the last snapshot of the heap's pointers
// has it. Ways and the mark stack are in the words of report/graph_words.cc.

function renderGraph(body) {
  const {graph} = findings;
  const rescans = graph.mark_stack.smallest_without_rescan >
    graph.mark_stack.entries;
  body.append(
    graphFacts(graph.snapshot),
    el('p', {class: 'why'}, 'Retained is what an object keeps alive: what ' +
      'would be freed with it.'),
    el('div', {}, graph.sites.length > 0
      ? retainedTable('By line', 'sites', graphSite)
      : retainedTable('By type', 'types', ({type}) => type)),
    el('div', {}, keepersTable(graph.objects)),
    !rescans ? '' : el('div', {}, el('h3', {}, 'Mark stack'),
      el('p', {id: 'mark-stack', class: 'why'},
         show('graph.mark_stack.words', 'text'))));
}

const graphFacts = (snapshot) => facts([
  ['Snapshot', [show('graph.snapshot.number'), ' of ',
                show('graph.snapshot.of')],
   [snapshot.at_us !== null && `at ${timeText(snapshot.at_us)}, `,
    'event ', show('graph.snapshot.event')]],
  ['Live', show('graph.live_blocks', 'blocks'),
   showCounted('graph.live_objects', 'object')],
  ['Held by the stack only', show('graph.held_by.stack.bytes', 'bytes'),
   'running functions, or stale words'],
  findings.graph.held_by.look_alike.objects === 0 ? null :
    ['Held by look-alikes only', show('graph.held_by.look_alike.bytes', 'bytes'),
     'words that look like pointers'],
]);

// As site_text of report/origin_text.cc has it.
function graphSite({file, line, function: name, runtime}) {
  const within = name || runtime;
  if (!file) return within || 'a line that is not known';
  return `${file}:${line}${within ? ` (${within})` : ''}`;
}

// Of two rows the larger is not the sum: what one retains the other may too.
function retainedColumns(rows, path) {
  const most = Math.max(...rows.map(({retained_bytes: bytes}) => bytes), 1);
  return [
    {title: 'Retained', cell: (_, i) => show(`${path}.${i}.retained_bytes`,
                                             'bytes')},
    {title: '', class: 'bars', cell: ({retained_bytes: bytes}) =>
      bar([[bytes / most, 'used']])},
    {title: 'Own size', cell: (_, i) => show(`${path}.${i}.bytes`, 'bytes')}];
}

function retainedTable(caption, key, name) {
  const rows = findings.graph[key];
  const path = `graph.${key}`;
  return table(caption, [
    {title: key === 'sites' ? 'Allocated by' : 'Type', class: 'left',
     cell: name},
    ...retainedColumns(rows, path),
    {title: 'Objects', cell: (_, i) => show(`${path}.${i}.objects`)}], rows);
}

const kHolders = {
  static: 'static roots',
  stack: 'the stack only',
  look_alike: 'only words that look like pointers',
  nothing: 'nothing (garbage)',
};

// "1:812" is block 812 of area 1; of the first area it is said without.
const blockName = ({area, block}) =>
    (area === 0 ? '' : `${area}:`) + withCommas(block);

const keepersTable = (objects) => table('Objects that retain most', [
  {title: 'What', class: 'left', cell: (object) => [
    object.site ? graphSite(object.site) : object.type,
    el('span', {class: 'note'}, ` block ${blockName(object)}`,
       object.site && `, ${object.type}`,
       object.contents && `: ${object.contents}`)]},
  ...retainedColumns(objects, 'graph.objects'),
  {title: 'Held by', class: 'left', cell: ({held_by: by}) => kHolders[by]},
  {title: 'Way from a root', class: 'left way', cell: (_, i) =>
    show(`graph.objects.${i}.way_words`, 'text')}], objects);
