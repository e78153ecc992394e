'use strict';

// What the replay proved, above everything else: a report is worth as much as
// the replay behind it.

// What speaks against the trace or its replay, worst first: [grave, text].
function doubts() {
  const {proof} = findings;
  const list = [];
  const doubt = (grave, here, text) => here && list.push([grave, text]);
  doubt(true, proof.divergences,
        `${counted(proof.divergences, 'divergence')}: the recording and the ` +
        'model disagree, so numbers from there on may be wrong.');
  doubt(true, proof.checkpoints_failed,
        `${withCommas(proof.checkpoints_failed)} of ` +
        `${counted(proof.checkpoints_checked, 'checkpoint')} did not match.`);
  doubt(true, proof.damage_count,
        `Damage: ${counted(proof.damage_count, 'place')} without a valid ` +
        'record, skipped.');
  doubt(true, proof.gaps.length,
        `${counted(proof.gaps.length, 'gap')}: events are known to be lost.`);
  doubt(false, !proof.ended,
        'The trace has no end record: it was cut off, or is still growing.');
  doubt(false, proof.ended && !proof.complete,
        'The recorder stopped before the program did.');
  doubt(false, proof.results_checked + proof.tables_checked +
               proof.checkpoints_checked === 0,
        'The trace holds nothing to compare the model with.');
  return list;
}

function renderProof() {
  const list = doubts();
  const grave = list.some(([isGrave]) => isGrave);
  const {proof} = findings;
  const checked = el('p', {},
    el('strong', {}, list.length === 0 ? '✓ Proven. '
                     : grave ? '⚠ Not proven, may be wrong. '
                     : '! Incomplete. '),
    showCounted('proof.events', 'event'), ' replayed, ',
    show('proof.divergences'), ' ',
    term('divergence', proof.divergences === 1 ? 'divergence' : 'divergences'),
    ', ', proof.checkpoints_checked === 0 ? 'no checkpoints in the trace' : [
      withCommas(proof.checkpoints_checked - proof.checkpoints_failed), ' of ',
      show('proof.checkpoints_checked'), ' ', term('checkpoint', 'checkpoints'),
      ' matched'],
    '.');
  const verdict = list.length === 0 ? 'proven' : grave ? 'grave' : 'partial';
  return el('section', {
    class: `proof ${verdict}`, id: 'proof', 'aria-label': 'Proof',
    role: grave ? 'alert' : null,
  },
  checked,
  list.length > 0 && el('ul', {}, list.map(([, text]) => el('li', {}, text))),
  renderEvidence());
}

function renderEvidence() {
  const {first_divergences: first, damage, gaps} = findings.proof;
  if (first.length + damage.length + gaps.length === 0) return null;
  const block = (title, items) => items.length === 0 ? null :
    [el('h3', {}, title), el('ol', {}, items)];
  const place = (one) => one.line ? `line ${withCommas(one.line)}`
                                  : `byte ${withCommas(one.offset)}`;
  return el('details', {open: true}, el('summary', {}, 'Where'),
    block('First divergences', first.map((one, i) => el('li', {},
      el('b', {}, one.kind), ` at event ${withCommas(one.event)}, `,
      `${place(one)}: ${one.what}`, i === 0 && renderContext(one)))),
    block('Damage', damage.slice(0, 10).map((one) => el('li', {},
      `${place(one)}, ${counted(one.length, 'byte')}: ${one.reason}`))),
    block('Gaps', gaps.slice(0, 10).map((one) => el('li', {},
      `${counted(one.lost, 'event')} lost after event ` +
      `${withCommas(one.event)}; `,
      one.exact_again_event === null ? 'not exact again' :
      `exact again from event ${withCommas(one.exact_again_event)}`))));
}

function renderContext({events_before: before, windows}) {
  const lines = [...before, ...windows.flatMap((window) => [
    `blocks from ${window.first_block} of area ${window.area}:`,
    `  recorded ${window.recorded}`,
    `  model    ${window.model}`])];
  return lines.length === 0 ? null : el('pre', {}, lines.join('\n'));
}
