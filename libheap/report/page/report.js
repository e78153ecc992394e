'use strict';

// The page: masthead and sections, in the order of a reader's questions: what
// to do, what is wrong, the heap through time, who and what, can I trust it.
//
// A section is {id, title, count, key, render}: render(body) fills its element,
// which is in the document by then; with a key it is shown only where the
// findings have that key. To add an analysis, write its file with a render
// function, give it a row in kSections here, and name it in html_report.cc and
// libheap/CMakeLists.txt.

function renderMasthead(header) {
  const {workload} = findings.trace;
  header.append(
    el('p', {class: 'brand'}, 'mpheap report', themeButton()),
    el('h1', {}, show(workload ? 'trace.workload' : 'trace.file', 'text')),
    el('p', {class: 'subtitle'},
      el('span', {}, 'MicroPython', NBSP, show('heap.release', 'text')),
      el('span', {}, 'heap of ', heapSize()),
      el('span', {}, showCounted('proof.events', 'event')),
      hasTimes() && el('span', {}, humanTime(
        findings.proof.last_us - findings.proof.first_us)),
      workload !== '' && el('span', {}, show('trace.file', 'text'))),
    renderProof(),
    el('nav', {'aria-label': 'Sections'}, kSections.map(({id, title, count}) =>
      el('a', {href: `#${id}`}, title,
         count !== undefined &&
           el('span', {class: 'count'}, withCommas(count()))))));
}

const kSections = [
  {id: 'verdict', title: 'Verdict', render: renderVerdict},
  {id: 'short', title: 'In short', render: renderShort},
  {id: 'failures', title: 'Failed allocations', render: renderFailures,
   count: () => findings.failures.count},
  {id: 'fragmentation', title: 'Fragmentation', key: 'fragmentation',
   render: renderFragmentation},
  {id: 'over-time', title: 'Heap over time', render: renderOverTime},
  {id: 'map', title: 'Heap map', render: renderMap},
  {id: 'pauses', title: 'Pauses', key: 'pauses', render: renderPauses},
  {id: 'curve', title: 'Threshold', key: 'tune', render: renderThresholdCurve},
  {id: 'collects', title: 'Collects', render: renderCollects,
   count: () => findings.collects.count},
  {id: 'sites', title: 'Who allocates', key: 'sites', render: renderSites},
  {id: 'lifetimes', title: 'Lifetimes', key: 'sites', render: renderLifetimes},
  {id: 'graph', title: 'What keeps what alive', key: 'graph',
   render: renderGraph},
  {id: 'allocations', title: 'Allocations', render: renderAllocations},
  {id: 'facts', title: 'Heap and trace', render: renderFacts},
  {id: 'integrity', title: 'Integrity', render: renderIntegrity},
  {id: 'terms', title: 'Terms', render: renderTerms},
].filter(({key}) => key === undefined || key in findings);

// A section that cannot be drawn says so and leaves the others alone.
function renderSection({id, title, render}) {
  const body = el('div', {});
  document.getElementById('sections').append(
    el('section', {id, 'aria-labelledby': `${id}-title`},
      el('h2', {id: `${id}-title`}, title), body));
  try {
    render(body);
  } catch (error) {
    body.append(el('p', {class: 'empty', role: 'alert'},
                   `This section could not be drawn: ${error.message}`));
    console.error(error);
  }
}

// Paper is white, and nothing on it can be opened.
function preparePrint() {
  const {theme} = document.documentElement.dataset;
  setTheme('light');
  const closed = [...document.querySelectorAll('details:not([open])')];
  for (const one of closed) one.open = true;
  window.addEventListener('afterprint', () => {
    setTheme(theme);
    for (const one of closed) one.open = false;
  }, {once: true});
}

followSystemTheme();
window.addEventListener('beforeprint', preparePrint);

renderMasthead(document.getElementById('masthead'));
kSections.forEach(renderSection);
document.getElementById('colophon').append(
  'Made by mpheap. The numbers alone: ', el('code', {}, 'mpheap report --json'),
  '. 1 KB is 1,024 bytes.');
document.documentElement.dataset.ready = 'true';
performance.mark('ready');
