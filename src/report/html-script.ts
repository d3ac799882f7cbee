/**
 * The page's script: opening, searching, deep links, copying, and the evidence drawn when a finding is opened.
 *
 * It runs in a browser, so that it is text here. It makes elements and sets their text; it never parses markup.
 *
 * @module
 */

export const pageScript = String.raw`
'use strict';
const $ = (id) => document.getElementById(id);
const make = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};
const evidence = JSON.parse($('evidence').textContent);

// Dark and light: the reader's choice lasts where the browser keeps anything for this page.
const root = document.documentElement;
const keep = (value) => { try { if (value) localStorage.setItem('theme', value); return localStorage.getItem('theme'); } catch { return null; } };
const kept = keep();
if (kept === 'dark' || kept === 'light') root.dataset.theme = kept;
$('theme').addEventListener('click', () => {
  const isDark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = isDark ? 'light' : 'dark';
  keep(root.dataset.theme);
});

// Rows that open.
const expand = (button, open) => {
  button.setAttribute('aria-expanded', String(open));
  $(button.getAttribute('aria-controls')).hidden = !open;
};
document.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.matches('.opener')) expand(button, button.getAttribute('aria-expanded') !== 'true');
  if (button.dataset.openAll) {
    const openers = [...$(button.dataset.openAll).querySelectorAll('.opener')];
    const open = openers.some((one) => one.getAttribute('aria-expanded') !== 'true');
    for (const one of openers) expand(one, open);
    button.textContent = open ? 'Close all' : 'Open all';
  }
  if (button.dataset.copy) copy(button);
});
const copy = async (button) => {
  let done = true;
  try { await navigator.clipboard.writeText(button.dataset.copy); }
  catch {
    const area = document.body.appendChild(make('textarea'));
    area.value = button.dataset.copy;
    area.select();
    done = document.execCommand('copy');
    area.remove();
  }
  button.textContent = done ? 'Copied' : 'Select it by hand';
  setTimeout(() => { button.textContent = 'Copy'; }, 1500);
};

// Search and filters.
const search = $('search');
const chosen = (id) => ($(id) ? $(id).value : '');
const has = (element, words) => words.every((word) => (element.dataset.text || element.textContent).toLowerCase().includes(word));
const filter = () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  const findings = document.querySelectorAll('.finding');
  for (const one of findings) {
    const fits = ['verifier', 'kind', 'state'].every((name) => !chosen('filter-' + name) || one.dataset[name] === chosen('filter-' + name));
    one.hidden = !(fits && has(one, words));
    if (!one.hidden) shown++;
  }
  if ($('shown-count')) $('shown-count').textContent = shown === findings.length ? '' : shown + ' of ' + findings.length + ' shown.';
  for (const one of document.querySelectorAll('.costly')) one.hidden = !has(one, words);
  for (const row of document.querySelectorAll('.filtered tbody tr')) row.hidden = !has(row, words);
  for (const body of document.querySelectorAll('.opened')) {
    const whole = has(body.previousElementSibling, words);
    let any = whole;
    for (const row of body.rows) {
      row.hidden = !whole && !has(row, words);
      if (!row.hidden) any = true;
    }
    body.previousElementSibling.hidden = !any;
    const button = body.previousElementSibling.querySelector('.opener');
    if (words.length && any && !whole) { expand(button, true); button.dataset.bySearch = '1'; }
    else if (button.dataset.bySearch) { expand(button, false); delete button.dataset.bySearch; }
  }
};
let waiting = 0;
search.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(filter, 80); });
for (const one of document.querySelectorAll('#filters select')) one.addEventListener('change', filter);
if ($('filters')) $('filters').addEventListener('submit', (event) => event.preventDefault());
document.addEventListener('keydown', (event) => {
  const typing = event.target.closest('input, select, textarea');
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); search.focus(); }
  if (event.key === 'Escape' && typing === search) { search.value = ''; filter(); search.blur(); }
  const step = { j: 1, k: -1 }[event.key];
  if (step && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const shown = [...document.querySelectorAll('.finding:not([hidden]) > summary')];
    const next = shown[shown.indexOf(document.activeElement) + step] || (step > 0 ? shown[0] : shown[shown.length - 1]);
    if (next) next.focus();
  }
});

// Evidence: a table of two sides, equal stretches folded.
const around = 3;
const cellOf = (parts, className) => {
  const cell = make('td', className);
  for (const [text, name] of parts) cell.append(name ? make('span', name, text) : text);
  return cell;
};
const pairTable = (className, caption, heads, rows) => {
  const table = make('table', 'pair ' + className);
  table.append(make('caption', 'lead', caption));
  const head = table.createTHead().insertRow();
  for (const name of heads) { const th = make('th', '', name); th.scope = 'col'; head.append(th); }
  const body = table.createTBody();
  const line = ({ left, right, changed, shifted }) => { const row = make('tr', changed || shifted ? '' : 'same'); row.append(cellOf(left), cellOf(right)); return row; };
  for (let i = 0; i < rows.length; ) {
    let end = i;
    while (end < rows.length && !rows[end].changed) end++;
    if (end === i) { body.append(line(rows[i++])); continue; }
    const first = i === 0 ? i : i + around;
    const last = end === rows.length ? end : end - around;
    if (last - first < 4) { while (i < end) body.append(line(rows[i++])); continue; }
    while (i < first) body.append(line(rows[i++]));
    const folded = rows.slice(first, last);
    const gap = make('tr', 'gap');
    const cell = make('td');
    cell.colSpan = 2;
    const button = make('button', '', '… ' + folded.length + ' lines without a difference');
    button.type = 'button';
    button.addEventListener('click', () => gap.replaceWith(...folded.map(line)));
    cell.append(button);
    gap.append(cell);
    body.append(gap);
    i = last;
    while (i < end) body.append(line(rows[i++]));
  }
  const frame = make('div', 'frame pairframe');
  frame.tabIndex = 0;
  frame.setAttribute('role', 'region');
  frame.setAttribute('aria-label', caption);
  frame.append(table);
  return frame;
};
const notationRows = (left, right, stretches) => {
  const rows = [];
  let a = 0, b = 0;
  const parts = (envelope, i, name) => {
    const entry = envelope && envelope.lines[i];
    if (!entry) return [];
    const [offset, depth, text, mark] = entry;
    return [[String(offset).padStart(4) + ' ' + (mark || ' ') + ' ', 'offset'], ['  '.repeat(depth) + text, [name, mark === '!' ? 'wrong' : ''].join(' ').trim()]];
  };
  for (const [same, l, r] of stretches) {
    for (let i = 0; i < Math.max(l, r); i++)
      rows.push({
        changed: !same,
        left: i < l ? parts(left, a + i, same ? '' : 'removed') : [],
        right: i < r ? parts(right, b + i, same || !left ? '' : 'added') : [],
      });
    a += l; b += r;
  }
  return rows;
};
// Each side keeps its own offsets; marked is what the other side has not.
const marksOf = (stretches, side) => {
  const marks = [];
  for (const stretch of stretches) for (let i = 0; i < stretch[side]; i++) marks.push(!stretch[0]);
  return marks;
};
const hexRows = (left, right, stretches) => {
  const width = matchMedia('(max-width: 1100px)').matches ? 8 : 16;
  const sides = [[left, marksOf(stretches, 1), 'removed'], [right, marksOf(stretches, 2), left ? 'added' : '']].map(([envelope, marks, name]) => {
    const bytes = envelope ? envelope.hex.match(/../g) || [] : [];
    const lines = [];
    for (let at = 0; at < bytes.length; at += width) {
      const parts = [[at.toString(16).padStart(4, '0') + '  ', 'offset']];
      let changed = false;
      for (let i = at; i < Math.min(at + width, bytes.length); i++) {
        if (marks[i]) changed = true;
        const last = parts[parts.length - 1];
        const className = marks[i] ? name : '';
        if (parts.length > 1 && last[1] === className) last[0] += ' ' + bytes[i];
        else { if (parts.length > 1) parts.push([' ', '']); parts.push([bytes[i], className]); }
      }
      lines.push({ parts, changed, text: bytes.slice(at, at + width).join('') });
    }
    return lines;
  });
  const rows = [];
  for (let i = 0; i < Math.max(sides[0].length, sides[1].length); i++) {
    const [l, r] = [sides[0][i], sides[1][i]];
    rows.push({ changed: Boolean((l && l.changed) || (r && r.changed)), shifted: (l && l.text) !== (r && r.text), left: l ? l.parts : [], right: r ? r.parts : [] });
  }
  return rows;
};
const download = (envelope, name, label) => {
  if (!envelope || envelope.hex.length < envelope.size * 2) return undefined;
  const binary = (envelope.hex.match(/../g) || []).map((pair) => String.fromCharCode(parseInt(pair, 16))).join('');
  const link = make('a', '', label + ' (' + envelope.size + ' bytes)');
  link.href = 'data:application/octet-stream;base64,' + btoa(binary);
  link.download = name + '.suit';
  return link;
};
const draw = (details) => {
  const place = details.querySelector('.evidence');
  const pair = evidence.findings[details.id];
  if (!place || !pair || place.childElementCount) return;
  const [control, left, right] = [pair.control, pair.beside, pair.attacked].map((i) => evidence.envelopes[i]);
  const heads = [pair.beside === pair.control ? 'Control' : 'Delivered before', 'Attack'];
  const name = details.id.replaceAll('/', '-');
  const isAlone = pair.beside === null;
  const actions = make('p', 'actions');
  actions.append(...[download(right, name, isAlone ? 'Download it' : 'Download the attack'), download(control, name + '-control', 'Download the control')].filter(Boolean));
  place.append(actions);
  if (control && pair.control === pair.attacked)
    place.append(make('p', 'lead', 'The attacked envelope is the control’s: the difference lies in the deliveries, payloads or device above.'));
  const least = [left, right].some((one) => one && one.hex.length < one.size * 2) ? ' (the first ' + Math.min(...[left, right].filter(Boolean).map((one) => one.hex.length / 2)) + ' bytes or more)' : '';
  if (isAlone) {
    place.append(
      pairTable('notation alone', 'Diagnostic notation', ['', 'Delivered'], notationRows(left, right, pair.lines)),
      pairTable('hex alone', 'Bytes' + least, ['', 'Delivered'], hexRows(left, right, pair.bytes)),
    );
    return;
  }
  place.append(
    pairTable('notation', 'Diagnostic notation, what differs marked', heads, notationRows(left, right, pair.lines)),
    pairTable('hex', 'Bytes, what differs marked' + least, heads, hexRows(left, right, pair.bytes)),
  );
};
for (const one of document.querySelectorAll('.card')) one.addEventListener('toggle', () => { if (one.open) draw(one); });

// On paper nothing can be opened: findings and notes are printed whole, and shut again afterwards.
let opened = [];
addEventListener('beforeprint', () => {
  opened = [...document.querySelectorAll('.finding:not([open], [hidden]), details.notes:not([open]), details.problems:not([open])')];
  for (const one of opened) { one.open = true; draw(one); }
});
addEventListener('afterprint', () => { for (const one of opened) one.open = false; opened = []; });

// Deep links.
const follow = () => {
  let id = location.hash.slice(1);
  try { id = decodeURIComponent(id); } catch { return; }
  const target = $(id);
  if (!target || !target.matches('.card')) return;
  target.hidden = false;
  target.open = true;
  draw(target);
  target.scrollIntoView();
  target.querySelector('summary').focus({ preventScroll: true });
};
addEventListener('hashchange', follow);
document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href^="#finding/"], a[href^="#costly/"]');
  if (link && link.getAttribute('href') === location.hash) follow();
});
follow();
`;
