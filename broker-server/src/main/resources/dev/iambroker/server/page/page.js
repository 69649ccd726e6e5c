'use strict';
// Text from the daemon is set as text alone: the policy of this page forbids whatever would read it as markup.
(() => {
  const POLL_MS = 5000, HOUR = 3600e3, DAY = 24 * HOUR, SVG = 'http://www.w3.org/2000/svg';
  const STATES = {
    valid: ['good', '●', 'valid'], starting: ['busy', '◌', 'starting'], refreshing: ['busy', '↻', 'refreshing'],
    backoff: ['busy', '▲', 'backing off'], login_required: ['bad', '✕', 'login required'], locked: ['bad', '■', 'locked'],
    disabled: ['bad', '○', 'logged out'],
  };
  let data = null, ahead = 0, silent = null;

  const $ = (id) => document.getElementById(id);
  // Control characters and direction overrides could rearrange what is read.
  const plain = (text) => String(text).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ');
  const make = (node, attributes, children) => {
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children.filter((child) => child !== null).map((child) => typeof child === 'object' ? child : plain(child)));
    return node;
  };
  const el = (name, attributes = {}, ...children) => make(document.createElement(name), attributes, children);
  const svg = (name, attributes = {}, ...children) => make(document.createElementNS(SVG, name), attributes, children);

  // Changes only what differs: no flicker, and a selection or a reader's place stays.
  const morph = (old, fresh) => {
    if (old.nodeName !== fresh.nodeName) { old.replaceWith(fresh); return; }
    if (old.nodeType === Node.TEXT_NODE) { if (old.data !== fresh.data) old.data = fresh.data; return; }
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    fill(old, [...fresh.childNodes]);
  };
  const fill = (parent, fresh) => {
    while (parent.childNodes.length > fresh.length) parent.lastChild.remove();
    fresh.forEach((child, i) => i < parent.childNodes.length ? morph(parent.childNodes[i], child) : parent.append(child));
  };

  const time = (text) => text ? Date.parse(text) : NaN;
  const clock = (ms) => new Date(ms).toLocaleTimeString();
  const span = (ms) => {
    const s = Math.max(0, Math.round(ms / 1000));
    if (s < 120) return s + ' s';
    if (s < 7200) return Math.floor(s / 60) + ' min';
    return s < 172800 ? Math.floor(s / 3600) + ' h' : Math.floor(s / 86400) + ' days';
  };
  const until = (ms, past) => isNaN(ms) ? '–' : ms > 0 ? 'in ' + span(ms) : past;
  const percent = (part) => (100 * Math.min(1, Math.max(0, part))).toFixed(2) + '%';

  const renewals = (account) => data.histories[account.name]?.renewals ?? [];

  // How long it lives in all: since its renewal; else as from a renewal at half of its life.
  const wholeLife = (account, kind, ends, refresh, now) => {
    const last = renewals(account).findLast((each) => each.kind === kind && each.outcome === 'success');
    if (last && time(last.at) < ends) return ends - time(last.at);
    if (refresh < ends) return 2 * (ends - refresh);
    return [1, 2, 6, 12, 24, 72, 168, 720, 2160].map((h) => h * HOUR).find((life) => life >= ends - now) ?? ends - now;
  };

  const bar = (left, life, mark, label) => {
    const tone = left <= 0 ? 'bad' : left < life / 10 ? 'busy' : 'good';
    return svg('svg', { class: 'bar', role: 'img', 'aria-label': label },
      svg('title', {}, label),
      svg('rect', { class: 'track', width: '100%', height: '100%', rx: 3 }),
      svg('rect', { class: 'left ' + tone, width: percent(left / life), height: '100%', rx: 3 }),
      isNaN(mark) ? null
        : svg('line', { class: 'mark', x1: percent(mark / life), x2: percent(mark / life), y1: -2, y2: '120%' }));
  };

  const life = (account, name, kind, token, now) => {
    const ends = time(token?.expires_at), refresh = time(token?.refresh_at), left = ends - now;
    const ended = until(left, 'ended'), next = until(refresh - now, 'now');
    return el('tr', {}, el('th', { scope: 'row' }, name),
      isNaN(ends) ? el('td', {}, el('span', { class: 'quiet' }, 'none'))
        : el('td', {}, bar(left, wholeLife(account, kind, ends, refresh, now), ends - refresh, name + ' ends ' + ended)),
      el('td', {}, ended), el('td', {}, next));
  };

  const lives = (account, now) => {
    const tokens = Object.entries(account.tokens ?? {})
      .filter(([kind, token]) => token !== null || kind !== 'uaa')
      .map(([kind, token]) => life(account, kind, kind.split('/')[0], token, now));
    const session = time(account.refresh_token_expires_at);
    if (!isNaN(session)) tokens.push(life(account, 'refresh token', '', { expires_at: account.refresh_token_expires_at }, now));
    if (tokens.every((row) => row.querySelector('svg') === null)) return el('p', { class: 'none' }, 'No token is held.');
    return el('table', {}, el('thead', {}, el('tr', {}, ...['Token', 'Life left', 'Ends', 'Next refresh']
      .map((title) => el('th', { scope: 'col' }, title)))), el('tbody', {}, ...tokens));
  };

  const plot = (account, now) => {
    const history = data.histories[account.name];
    if (!history) return el('p', { class: 'quiet' }, 'Its renewals are not to be seen from here.');
    const at = (ms) => percent(1 - (now - ms) / DAY), kinds = [...new Set(['access', ...history.renewals.map((r) => r.kind)])];
    const bottom = 20 * kinds.length, failed = history.renewals.filter((each) => each.outcome !== 'success').length;
    const count = history.renewals.length, since = Math.max(time(history.since), now - DAY);
    const said = (count === 1 ? '1 renewal' : (count || 'no') + ' renewals') + (failed ? ', ' + failed + ' of them failed,' : '')
      + ' since ' + clock(since);
    const hours = [24, 18, 12, 6, 0].map((h) => svg('text', {
      x: percent(1 - h / 24), y: bottom + 14, 'text-anchor': h === 24 ? 'start' : h === 0 ? 'end' : 'middle',
    }, h === 0 ? 'now' : '−' + h + ' h'));
    const ticks = history.renewals.map((each) => {
      const y = 20 * kinds.indexOf(each.kind), x = at(time(each.at)), when = clock(time(each.at));
      const title = svg('title', {}, when + ' ' + each.kind + ' ' + (each.outcome === 'success' ? 'renewed' : 'failed, ' + each.outcome));
      return each.outcome === 'success' ? svg('line', { class: 'ok', x1: x, x2: x, y1: y + 3, y2: y + 17 }, title)
        : svg('svg', { x, y, width: 1, height: 20 }, svg('path', { class: 'fail', d: 'M-4 6l8 8m0-8l-8 8' }, title));
    });
    return el('figure', {}, el('figcaption', {}, 'Last day: ' + said),
      svg('svg', { class: 'plot', role: 'img', 'aria-label': account.name + ': ' + said, height: bottom + 18 },
        svg('title', {}, account.name + ': ' + said), svg('desc', {}, 'A line is a renewal, a cross one that failed.'),
        svg('rect', { class: 'unknown', width: at(since), height: bottom }),
        ...kinds.flatMap((kind, i) => [svg('line', { class: 'rule', x2: '100%', y1: 20 * i + 20, y2: 20 * i + 20 }),
          svg('text', { x: 3, y: 20 * i + 14 }, kind)]), ...ticks, ...hours));
  };

  const hint = (account) => {
    if (account.state === 'locked') return 'iam-broker unlock';
    const left = 1000 * account.login_runway_seconds, soon = left > 0 && left <= 8 * HOUR;
    return soon || ['login_required', 'disabled'].includes(account.state) ? 'iam-broker login ' + (account.login_of ?? account.name) : '';
  };

  const card = (account, now) => {
    const [tone, sign, word] = STATES[account.state] ?? ['busy', '?', account.state], run = hint(account), error = account.last_error;
    const runway = [['Runway ', account.runway_seconds], ['Login ends in ', account.login_runway_seconds]]
      .filter(([, seconds]) => seconds > 0).map(([what, seconds]) => what + span(1000 * seconds)).join(' · ');
    const facts = ['login: ' + account.login, account.account_id, account.iam_id].filter((fact) => fact).join(' · ');
    const code = error?.iam_code && !error.detail.includes(error.iam_code) ? error.iam_code + ' ' : '';
    return el('article', { 'aria-label': 'account ' + account.name },
      el('div', {}, el('h2', {}, account.name), el('span', { class: 'state ' + tone }, el('span', { 'aria-hidden': 'true' }, sign), ' ' + word)),
      el('p', { class: 'quiet what' }, facts), runway ? el('p', {}, runway) : null,
      error ? el('p', { class: 'error' }, 'Last error, ' + span(now - time(error.at)) + ' ago: ' + code + error.detail) : null,
      run ? el('p', {}, 'Run ', el('code', {}, run)) : null,
      lives(account, now), plot(account, now));
  };

  const upcoming = (now) => data.accounts
    .filter((account) => account.state !== 'locked')
    .flatMap((account) => Object.entries(account.tokens ?? {}).filter(([, token]) => token?.refresh_at)
      .map(([kind, token]) => ({ account: account.name, kind, at: time(token.refresh_at) })))
    .sort((one, other) => one.at - other.at).slice(0, 6)
    .map((each) => el('li', {}, el('b', {}, each.account), ' ' + each.kind + ' ' + until(each.at - now, 'now')));

  const summary = () => {
    const all = data.accounts.length, good = data.accounts.filter((account) => ['valid', 'refreshing'].includes(account.state)).length;
    const [shortest] = data.accounts.filter((account) => account.runway_seconds > 0)
      .sort((one, other) => one.runway_seconds - other.runway_seconds);
    const count = all === 0 ? 'No account that you may see' : good + ' of ' + all + (all === 1 ? ' account is' : ' accounts are') + ' well';
    return count + (shortest ? ' · shortest runway ' + span(1000 * shortest.runway_seconds) + ' (' + shortest.name + ')' : '');
  };

  const alarm = () => {
    const as = data?.seen_at ? ' What is shown is as of ' + clock(time(data.seen_at)) + '.' : '';
    if (silent !== null) return 'The command behind this page is gone since ' + clock(silent) + ": run 'iam-broker status --web' again." + as;
    return data?.away_since ? 'The daemon is away since ' + clock(time(data.away_since)) + '.' + as + ' Why: ' + data.problem + '.' : '';
  };

  const render = () => {
    const text = alarm();
    $('alarm').hidden = !text;
    morph($('alarm').firstChild ?? $('alarm').appendChild(document.createTextNode('')), document.createTextNode(plain(text)));
    if (!data?.accounts) return;
    // What is old is shown as it was: no life goes by while nobody knows whether it was renewed.
    const isOld = silent !== null || data.away_since !== null, now = isOld ? time(data.seen_at) : Date.now() + ahead;
    $('accounts').className = isOld ? 'old' : '';
    document.title = (isOld ? '(away) ' : '') + 'iam-broker';
    fill($('summary'), [document.createTextNode(plain(summary()))]);
    fill($('seen'), [document.createTextNode('as of ' + clock(time(data.seen_at)))]);
    const next = upcoming(now);
    $('soon').hidden = next.length === 0;
    fill($('next'), next);
    fill($('accounts'), data.accounts.map((account) => card(account, now)));
    fill($('notes'), (data.notes ?? []).map((note) => el('li', {}, note)));
  };

  const poll = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch('status.json', { cache: 'no-store', redirect: 'error' });
      if (!answer.ok) throw new Error('status ' + answer.status);
      data = await answer.json();
      ahead = time(data.now) - Date.now();
      silent = null;
    } catch { silent ??= Date.now(); }
    render();
  };

  document.addEventListener('visibilitychange', poll);
  setInterval(poll, POLL_MS);
  setInterval(() => { if (!document.hidden && data) render(); }, 1000);
  poll();
})();
