'use strict';

// Section: the verdict and the line to paste, then whatever else is wrong. The
// words are report/verdict.cc's.

// The line to paste: the verdict's, else what the tuner recommends.
const recommendation = () => findings.verdict[0].code !== ''
  ? {path: 'verdict.0.code',
     why: findings.verdict[0].code === findings.tune?.recommended?.code &&
       'tune.recommended.why'}
  : findings.tune?.recommended?.code
    ? {path: 'tune.recommended.code', why: 'tune.recommended.why'} : null;

function renderVerdict(body) {
  const line = recommendation();
  body.append(el('div', {},
    el('p', {class: 'headline'}, show('verdict.0.headline', 'text')),
    el('p', {class: 'why'}, show('verdict.0.why', 'text')),
    line && codeLine(line.path),
    line?.why && el('p', {class: 'why'}, show(line.why, 'text'))));
  const others = findings.verdict.slice(1);
  if (others.length === 0) return;
  body.append(el('h3', {}, 'Also'), el('ul', {class: 'problems'},
    others.map((other, i) => el('li', {}, el('details', {},
      el('summary', {}, show(`verdict.${i + 1}.headline`, 'text')),
      el('p', {}, show(`verdict.${i + 1}.why`, 'text')),
      other.code !== '' && codeLine(`verdict.${i + 1}.code`))))));
}

// A line of code with a button that copies it.
function codeLine(path) {
  const button = el('button', {
    type: 'button', class: 'copy', onclick: async () => {
      await copied(at(path));
      button.textContent = 'Copied';
      setTimeout(() => { button.textContent = 'Copy'; }, 2000);
    },
  }, 'Copy');
  return el('div', {class: 'paste'},
            el('pre', {tabindex: '0'}, el('code', {}, show(path, 'text'))),
            button);
}

// The clipboard is closed to pages opened from a file in some browsers; an
// old way stays open.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = el('textarea', {});
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand('copy');
    field.remove();
  }
}
