'use strict';

// Section: how far the trace and its replay can be trusted: which spans are
// exact, what was lost, what was damaged, where recording and model disagree.

// The events from where on nothing is proven up to where it is again: from a
// gap to the next table that was seen whole.
function doubtfulSpans() {
  const last = findings.proof.events;
  return findings.proof.gaps.map(({event, exact_again_event: again}) =>
    [event, again ?? last]);
}

function renderIntegrity(body) {
  const {proof} = findings;
  const spans = doubtfulSpans();
  const doubtful = spans.reduce((sum, [from, to]) => sum + to - from, 0);
  body.append(facts([
    ['Events', show('proof.events')],
    ['in exact spans', percentOf(proof.events - doubtful, proof.events)],
    [term('divergence', 'Divergences'), show('proof.divergences')],
    [term('checkpoint', 'Checkpoints compared'),
     show('proof.checkpoints_checked'),
     [show('proof.checkpoints_failed'), ' did not match']],
    ['Answers compared', show('proof.results_checked')],
    ['Tables compared', show('proof.tables_checked')],
    [term('gap', 'Gaps'), String(proof.gaps.length)],
    [term('damage', 'Damaged places'), show('proof.damage_count')]]));
  if (spans.length > 0) body.append(exactBar(spans));
  body.append(...integrityTables());
}

// The trace from left to right: exact, and not.
function exactBar(spans) {
  const last = findings.proof.events || 1;
  const share = (events) => `${100 * events / last}%`;
  return el('figure', {class: 'spans', role: 'img', 'aria-label':
    `${counted(spans.length, 'span')} of the trace not exact`},
  spans.map(([from, to]) => {
    const span = el('i', {title: `events ${withCommas(from)} to ` +
                                 `${withCommas(to)}: not exact`});
    span.style.left = share(from);
    span.style.width = share(to - from);
    return span;
  }));
}

function integrityTables() {
  const {gaps, damage, damage_count: count, first_divergences: first} =
    findings.proof;
  const place = (one) => one.line ? `line ${withCommas(one.line)}`
                                  : `byte ${withCommas(one.offset)}`;
  const tables = [];
  if (gaps.length > 0) {
    tables.push(el('div', {}, table('Gaps', [
      {title: 'After event', cell: (gap, i) => moment(`proof.gaps.${i}.event`)},
      {title: 'Events lost', cell: (gap, i) => show(`proof.gaps.${i}.lost`)},
      {title: 'Exact again from', cell: (gap, i) =>
        gap.exact_again_event === null ? 'never'
          : moment(`proof.gaps.${i}.exact_again_event`)}], gaps, 'gaps')));
  }
  if (damage.length > 0) {
    tables.push(el('div', {}, table(count > damage.length
      ? `Damage, the first ${withCommas(damage.length)} places` : 'Damage', [
      {title: 'Where', cell: place},
      {title: 'Bytes', cell: (one, i) => show(`proof.damage.${i}.length`)},
      {title: 'What', class: 'left', cell: (one) => one.reason}], damage)));
  }
  if (first.length > 0) {
    tables.push(el('div', {}, table('First divergences', [
      {title: 'Event', cell: (one, i) =>
        moment(`proof.first_divergences.${i}.event`)},
      {title: 'Where', cell: place},
      {title: 'Kind', class: 'left', cell: (one) => one.kind},
      {title: 'What', class: 'left', cell: (one) => one.what}], first)));
  }
  return tables;
}
