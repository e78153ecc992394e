'use strict';

// The live page. Frames are taken in as they come; what they change is drawn
// with the next picture of the screen, the charts a few times a second.

const kChartsEvery = 200;  // ms
const kCalmEvery = 1000;   // ms, for readers who asked for less motion
const kConsoleMost = 200_000;  // characters kept

const story = new LiveStory();
const calm = matchMedia('(prefers-reduced-motion: reduce)');

class LivePage {
  constructor() {
    this.silent = false;
    this.held = false;
    this.scheduled = false;
    this.chartsAt = -Infinity;
    this.drawnAt = -Infinity;
    this.masthead(document.getElementById('masthead'));
    this.figures = new LiveFigures(kFigures);
    this.section('now', 'Now').append(this.figures.node);
    this.map = new LiveMap(story.objects, this.section('map', 'Heap map'));
    this.charts = new LiveCharts(this.section('over-time', 'Heap over time'),
                                 this.section('pauses', 'Pauses'));
    this.sites = this.section('sites', 'Who allocates');
    this.sites.append(el('p', {class: 'empty'}, 'Nothing yet.'));
    this.console = this.consoleOf(this.section('console', 'Console'));
    document.getElementById('colophon').append(
      'Shown by ', el('code', {}, 'mpheap capture --serve'),
      '. 1 KB is 1,024 bytes.');
  }

  masthead(header) {
    this.title = el('h1', {}, 'Connecting');
    this.subtitle = el('p', {class: 'subtitle'});
    this.link = el('section', {class: 'proof partial', id: 'link',
                               role: 'status'}, el('p', {}));
    this.hold = el('button', {type: 'button', id: 'hold',
                              'aria-pressed': 'false',
                              onclick: () => this.setHeld(!this.held)}, 'Hold');
    header.append(
      el('p', {class: 'brand'}, 'mpheap live',
         el('span', {class: 'buttons'}, this.hold, themeButton())),
      this.title, this.subtitle, this.link);
  }

  section(id, title) {
    const body = el('div', {});
    document.getElementById('sections').append(
      el('section', {id, 'aria-labelledby': `${id}-title`},
        el('h2', {id: `${id}-title`}, title), body));
    return body;
  }

  consoleOf(body) {
    const node = el('pre', {class: 'console', tabindex: '0', role: 'log',
                            'aria-live': 'off', id: 'console-text',
                            'aria-label': 'What the program prints'});
    body.append(node);
    return node;
  }

  setHeld(held) {
    this.held = held;
    this.hold.textContent = held ? 'Go on' : 'Hold';
    this.hold.setAttribute('aria-pressed', String(held));
    this.chartsAt = -Infinity;
    this.tellLink();
    this.schedule();
  }

  setSilent(silent) {
    this.silent = silent;
    this.tellLink();
  }

  onFrame(frame) {
    story.apply(frame);
    if (frame.status.link === 'ended') this.setHeld(false);
    this.schedule();
  }

  schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    const wait = calm.matches ? this.drawnAt + kCalmEvery - performance.now()
                              : 0;
    const draw = () => requestAnimationFrame(() => this.draw());
    if (wait > 0) setTimeout(draw, wait); else draw();
  }

  draw() {
    this.scheduled = false;
    this.tellLink();
    if (this.held || story.status === null) return;
    this.drawnAt = performance.now();
    this.tellTitle();
    this.figures.draw(story.status);
    if (story.take('map', 'heap', 'site_names')) this.map.draw();
    if (story.take('sites')) this.drawSites();
    if (story.take('console')) this.drawConsole();
    this.drawCharts();
    document.documentElement.dataset.event = String(story.status.event);
    document.documentElement.dataset.ready = 'true';
  }

  // Not with every frame; what is left out now is drawn a little later.
  drawCharts() {
    const wait = this.chartsAt + kChartsEvery - performance.now();
    if (wait > 0) {
      this.later ??= setTimeout(() => {
        this.later = undefined;
        this.schedule();
      }, wait);
      return;
    }
    if (story.take('samples', 'collects', 'failures', 'labels', 'gaps')) {
      this.charts.draw();
      this.chartsAt = performance.now();
    }
  }

  // --- Words -----------------------------------------------------------------

  tellLink() {
    const [style, mark, words, more] = linkWords(story.status, this.silent,
                                                 this.held);
    const text = `${mark} ${words}`;
    const known = this.link.dataset.words === text + more;
    if (known) return;
    this.link.dataset.words = text + more;
    this.link.className = `proof ${style}`;
    this.link.firstChild.replaceChildren(el('strong', {}, text), ` ${more}`);
    this.hold.hidden = story.status?.link === 'ended';
  }

  tellTitle() {
    const {status} = story;
    const known = status.total_blocks > 0;
    const parts = [
      known && `MicroPython${NBSP}${findings.heap.release}`,
      known && `heap of ${humanBytes(bytesOf(status.total_blocks))}`,
      `${clockText(status.elapsed_us)} so far`,
      `${humanBytes(status.bytes)} received`,
      status.file !== '-' && `into ${status.file}`].filter(Boolean);
    const text = parts.join('\n');
    if (this.title.textContent !== status.port) {
      this.title.textContent = status.port;
      document.title = `${status.port} – mpheap live`;
    }
    if (this.subtitle.dataset.text === text) return;
    this.subtitle.dataset.text = text;
    this.subtitle.replaceChildren(...parts.map((part) => el('span', {}, part)));
  }

  drawSites() {
    const {sites} = findings;
    if (sites === null || sites.total.objects === 0) return;
    const left = this.sites.querySelector('.scroller')?.scrollLeft ?? 0;
    this.sites.replaceChildren(
      ...(sites.has_sites ? [] : [el('p', {class: 'note'},
        'The device does not say who allocates; ',
        el('code', {}, 'mpheap.start(sites=True)'), ' sends it.')]),
      ...sitesTable(sites.has_sites ? 'By Python line' : 'By size',
                    sites.has_sites ? 'by_line' : 'by_size',
                    'Live').filter(Boolean));
    this.sites.querySelector('.scroller').scrollLeft = left;
  }

  // Stays at the end, unless the reader looks further up.
  drawConsole() {
    const node = this.console;
    const atEnd = node.scrollTop + node.clientHeight >= node.scrollHeight - 4;
    const before = story.consoleAnew ? '' : node.textContent;
    node.textContent = plainText(before + story.consoleText)
      .slice(-kConsoleMost);
    story.consoleText = '';
    story.consoleAnew = false;
    if (atEnd) node.scrollTop = node.scrollHeight;
  }
}

// Without what only a terminal understands.
const plainText = (text) =>
  text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '').replace(/\r(?=\n)/g, '');

followSystemTheme();
const page = new LivePage();
listen((frame) => page.onFrame(frame), (silent) => page.setSilent(silent));
