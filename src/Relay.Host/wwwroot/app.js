/**
 * The demo page: what is shown when. All talk with the relay is in relay-client.js, and nothing else is used.
 *
 * `body[data-view]` is one of start, check, talk, problem; within talk, `body[data-phase]` is one of connecting, waiting,
 * talking, ended. The stylesheet does the rest.
 */
import { RelayClient } from './relay-client.js';
import { LevelMeter } from './level-meter.js';

const $ = (id) => document.getElementById(id);
const body = document.body;

const TYPING_PAUSE_MS = 3_000;
const LOG_LINES_MAX = 500;
const CROP_MAX = 1.2;

let client = null;
let mode = 'video';
let retry = null;
let meters = [];
let typingTimer = 0;
let visit = 0; // counts partners and views, so that late callbacks know that they are late

// ---- views ---------------------------------------------------------------------------------------------------------

const titles = { start: 'Relay', check: 'Look and listen · Relay', problem: 'A problem · Relay' };

function show(view) {
  visit++;
  for (const section of document.querySelectorAll('.view')) {
    section.hidden = section.id !== `view-${view}`;
  }
  body.dataset.view = view;
  document.title = titles[view] ?? 'Relay';
  if (view !== 'talk') {
    delete body.dataset.phase;
    stopMeters();
  }
  $(`${view}-title`).focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

const phases = {
  connecting: ['Connecting…', ''],
  waiting: ['Looking for somebody…', 'This takes a moment when few people are here. You will be told when somebody comes.'],
  talking: ['You are talking with a stranger', ''],
  gone: ['The stranger has left', 'Take a breath, or meet the next one.'],
  left: ['You have left the conversation', 'Meet the next one whenever you like.'],
};

function setPhase(name) {
  const phase = name === 'gone' || name === 'left' ? 'ended' : name;
  visit++;
  body.dataset.phase = phase;
  [$('status-title').textContent, $('status-hint').textContent] = phases[name];
  document.title = `${phases[name][0]} · Relay`;
  $('end-text').textContent = { talking: 'End', ended: 'Leave' }[phase] ?? 'Stop';
  const talking = phase === 'talking';
  $('chat-input').disabled = !talking;
  $('send-button').disabled = !talking;
  $('remote').muted = !talking;
  setTyping(false);
  if (!talking) {
    $('stage').classList.remove('live');
    const wasWriting = document.activeElement === $('chat-input') || document.activeElement === body;
    if (wasWriting) {
      (phase === 'ended' ? $('next-button') : $('end-button')).focus();
    }
  }
}

// ---- start and check -------------------------------------------------------------------------------------------------

$('start-form').addEventListener('submit', (event) => {
  event.preventDefault();
  mode = new FormData(event.target).get('mode');
  newClient();
  if (mode === 'text') {
    begin();
  } else {
    check();
  }
});

/** Camera and microphone, seen and heard by oneself alone. */
async function check(devices) {
  const own = client;
  setModeClasses();
  if (body.dataset.view !== 'check') {
    show('check');
    $('check-title').textContent = mode === 'video' ? 'Look and listen' : 'Check your microphone';
    $('check-lead').textContent = mode === 'video'
      ? 'Only you can see and hear this. Nothing leaves your device yet.'
      : 'Say something: the bar moves when you are heard. Nothing leaves your device yet.';
  }
  $('begin-button').disabled = true;
  document.querySelector('.preview').classList.remove('ready');
  let stream;
  try {
    stream = await own.openLocal(mode, devices);
  } catch (error) {
    if (own === client) {
      showProblem(error, () => check());
    }
    return;
  }
  if (own !== client) {
    own.closeLocal();
    return;
  }
  $('preview').srcObject = stream;
  document.querySelector('.preview').classList.add('ready');
  stopMeters();
  meters = [new LevelMeter(stream, $('check-meter')), new LevelMeter(stream, $('preview-disc'))];
  $('begin-button').disabled = false;
  if (document.activeElement === body || document.activeElement === $('check-title')) {
    $('begin-button').focus();
  }
  await listDevices(stream);
}

async function listDevices(stream) {
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  for (const [kind, name] of [['videoinput', 'camera'], ['audioinput', 'microphone']]) {
    const select = $(`${name}-select`);
    const found = devices.filter((device) => device.kind === kind);
    const current = stream.getTracks().find((track) => track.kind === kind.slice(0, 5))?.getSettings().deviceId;
    select.replaceChildren(...found.map((device, i) => new Option(device.label || `${name} ${i + 1}`, device.deviceId)));
    select.value = current ?? '';
    $(`${name}-label`).hidden = found.length < 2 || (name === 'camera' && mode !== 'video');
  }
}

for (const id of ['camera-select', 'microphone-select']) {
  $(id).addEventListener('change', () => check({
    cameraId: $('camera-select').value || undefined,
    microphoneId: $('microphone-select').value || undefined,
  }));
}
$('check-back').addEventListener('click', goToStart);
$('begin-button').addEventListener('click', () => begin());

// ---- talking -----------------------------------------------------------------------------------------------------------

/** Connects and asks for a partner. */
async function begin() {
  const own = client;
  setModeClasses();
  $('chat-log').replaceChildren();
  show('talk');
  setPhase('connecting');
  if (own.localStream) {
    $('self-video').srcObject = own.localStream;
  }
  try {
    await own.connect();
    await own.enqueue(mode);
    showLocalState();
  } catch (error) {
    if (own === client) {
      showProblem(error, restart);
    }
  }
}

/** A new session with the camera that is open already. */
function restart() {
  const stream = client?.localStream;
  newClient();
  if (mode !== 'text' && !stream) {
    check();
    return;
  }
  if (stream) {
    client.useStream(stream);
  }
  begin();
}

function newClient() {
  const own = new RelayClient({ locale: navigator.language });
  client = own;
  const on = (type, listener) => own.addEventListener(type, (event) => {
    if (own === client) { listener(event.detail); }
  });
  on('state', onState);
  on('connection', ({ connection }) => showLink(connection));
  on('paired', onPaired);
  on('partnergone', () => { setPhase('gone'); note('The stranger has left.'); });
  on('chat', ({ text }) => { setTyping(false); say('theirs', text); });
  on('typing', ({ on: typing }) => setTyping(typing));
  on('stream', ({ stream }) => playRemote(stream));
  on('stats', showStats);
  on('notice', ({ code, seconds }) => {
    if (code === 'draining') {
      note(`The relay goes down for maintenance in about ${seconds} seconds. Say goodbye in time.`);
    }
  });
  on('error', ({ error }) => onError(error));
}

function onState({ state, previous }) {
  if (state === 'queued' || state === 'preflight') {
    setPhase('waiting');
  } else if (state === 'ready' && previous === 'paired') {
    setPhase('left'); // a partner who left is told by `partnergone`, which comes next
  }
}

function onPaired() {
  $('chat-log').replaceChildren();
  setPhase('talking');
  note('You are talking with a stranger. Say hello!');
  revealRemote();
  if (matchMedia('(pointer: fine)').matches) {
    $('chat-input').focus();
  }
}

/** The stage stays dark until the new partner's first frame is there: nobody sees the last one's frozen face. */
function revealRemote() {
  const now = visit;
  const reveal = () => {
    if (now === visit) { $('stage').classList.add('live'); }
  };
  const remote = $('remote');
  if (mode === 'video' && remote.requestVideoFrameCallback) {
    remote.requestVideoFrameCallback(reveal);
  } else {
    reveal();
  }
}

/** Fills the stage when that cuts off little of the picture; otherwise shows all of it between bars. */
function fitRemote() {
  const { videoWidth, videoHeight } = $('remote');
  const { clientWidth, clientHeight } = $('stage');
  const ratio = (videoWidth / videoHeight) / (clientWidth / clientHeight);
  $('remote').classList.toggle('fill', Math.max(ratio, 1 / ratio) < CROP_MAX);
}
$('remote').addEventListener('resize', fitRemote);
new ResizeObserver(fitRemote).observe($('stage'));

function playRemote(stream) {
  const remote = $('remote');
  remote.srcObject = stream;
  remote.play().then(() => { $('sound-button').hidden = true; }, (error) => {
    $('sound-button').hidden = error.name !== 'NotAllowedError';
  });
  stopMeters();
  if (mode === 'voice') {
    meters = [new LevelMeter(stream, $('remote-disc')), new LevelMeter(client.localStream, $('self-disc'))];
  }
}
$('sound-button').addEventListener('click', () => playRemote(client.remoteStream));

function next() {
  if (body.dataset.phase !== 'talking' && body.dataset.phase !== 'ended') {
    return;
  }
  client.next().catch((error) => showProblem(error, restart));
}
$('next-button').addEventListener('click', next);
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !event.isComposing && !event.repeat && body.dataset.view === 'talk') {
    event.preventDefault();
    next();
  }
});
$('end-button').addEventListener('click', () => {
  if (body.dataset.phase === 'talking') {
    client.end();
    note('You have left.');
  } else {
    goToStart();
  }
});

for (const [button, kind] of [['mic-button', 'microphone'], ['cam-button', 'camera']]) {
  $(button).addEventListener('click', () => {
    const tracks = kind === 'camera' ? client.localStream?.getVideoTracks() : client.localStream?.getAudioTracks();
    const on = !tracks?.[0]?.enabled;
    if (kind === 'camera') { client.setCamera(on); } else { client.setMicrophone(on); }
    showLocalState();
  });
}

function showLocalState() {
  const enabled = (tracks) => tracks?.[0]?.enabled ?? true;
  const mic = enabled(client.localStream?.getAudioTracks());
  const cam = enabled(client.localStream?.getVideoTracks());
  showToggle('mic-button', mic, 'mic', mic ? 'Mute microphone' : 'Unmute microphone');
  showToggle('cam-button', cam, 'cam', cam ? 'Turn camera off' : 'Turn camera on');
  $('self-muted').hidden = mic;
  $('self-off').hidden = cam;
}

function showToggle(id, on, icon, label) {
  const button = $(id);
  button.classList.toggle('off', !on);
  button.ariaLabel = button.title = label;
  button.querySelector('use').setAttribute('href', `#i-${icon}${on ? '' : '-off'}`);
}

function goToStart() {
  const old = client;
  client = null;
  old?.close();
  $('preview').srcObject = $('self-video').srcObject = $('remote').srcObject = null;
  showLink('offline');
  show('start');
}

// ---- chat --------------------------------------------------------------------------------------------------------------

function say(who, text) {
  const line = document.createElement('li');
  line.className = who;
  line.textContent = text; // never HTML, and links stay plain text
  if (who !== 'note') {
    const name = document.createElement('span');
    name.className = 'sr';
    name.textContent = who === 'mine' ? 'You: ' : 'Stranger: ';
    line.prepend(name);
  }
  const log = $('chat-log');
  log.append(line);
  while (log.childElementCount > LOG_LINES_MAX) {
    log.firstElementChild.remove();
  }
  log.scrollTop = log.scrollHeight;
}

function note(text) { say('note', text); }

function setTyping(on) { $('typing').textContent = on ? 'The stranger is typing…' : ''; }

function fitInput() {
  const input = $('chat-input');
  input.style.height = 'auto';
  input.style.height = `${input.scrollHeight + 2}px`;
}

$('chat-input').addEventListener('input', () => {
  fitInput();
  client.typing($('chat-input').value !== '');
  clearTimeout(typingTimer);
  typingTimer = setTimeout(() => client?.typing(false), TYPING_PAUSE_MS);
});
$('chat-input').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $('chat-form').requestSubmit();
  }
});
$('chat-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = $('chat-input').value.trim();
  if (text === '') {
    return;
  }
  if (client.chat(text)) {
    clearTimeout(typingTimer);
    say('mine', text);
    $('chat-input').value = '';
    fitInput();
  } else if (text.length > (client.limits?.chatMaxChars ?? Infinity)) {
    note(`That is too long: at most ${client.limits.chatMaxChars} characters.`);
  } else {
    note('Not sent: the connection is away. Try again in a moment.');
  }
});

// ---- connection --------------------------------------------------------------------------------------------------------

function showLink(connection) {
  const bad = connection === 'reconnecting';
  $('link').hidden = connection === 'offline' || connection === 'connecting';
  $('link').classList.toggle('bad', bad);
  $('link-text').textContent = bad ? 'Reconnecting…' : 'Connected';
}

function showStats({ rttMs, srtpCipher, transport, audio, video }) {
  const text = (...parts) => parts.filter((part) => part !== null && part !== undefined).join(' · ') || '–';
  const size = (s) => (s ? `${s.width}×${s.height}` : null);
  const unit = (value, name) => (value === null ? null : `${Math.round(value)} ${name}`);
  const percent = (value) => (value === null ? '–' : `${(value * 100).toFixed(1)} %`);
  const loss = ({ lossIn, lossOut }) => `${percent(lossIn)} in · ${percent(lossOut)} out`;
  const rows = [['Round trip', text(unit(rttMs, 'ms'))]];
  if (video) {
    rows.push(
      ['Video in', text(video.codecIn, size(video.sizeIn), unit(video.fpsIn, 'fps'), unit(video.kbpsIn, 'kbit/s'))],
      ['Video out', text(video.codecOut, size(video.sizeOut), unit(video.fpsOut, 'fps'), unit(video.kbpsOut, 'kbit/s'))],
      ['Video loss', loss(video)]);
  }
  rows.push(
    ['Audio in', text(audio.codecIn, unit(audio.kbpsIn, 'kbit/s'))],
    ['Audio out', text(audio.codecOut, unit(audio.kbpsOut, 'kbit/s'))],
    ['Audio loss', loss(audio)],
    ['Encryption', text(srtpCipher?.replace(/^SRTP_/, ''), transport?.toUpperCase())]);
  $('stats').replaceChildren(...rows.flatMap(([name, value]) => {
    const dt = document.createElement('dt');
    const dd = document.createElement('dd');
    dt.textContent = name;
    dd.textContent = value;
    return [dt, dd];
  }));
}

// ---- problems ----------------------------------------------------------------------------------------------------------

const problems = {
  camera_refused: ['The browser may not use your camera or microphone',
    'Allow it for this page (the icon beside the address), then try again. Or write instead: text needs neither.'],
  no_device: ['No camera or microphone was found', 'Connect one and try again, or choose voice or text.'],
  device_busy: ['Camera or microphone could not be started', 'Another program may be using it. Close that and try again.'],
  insecure_context: ['Camera and microphone need a secure page', 'Open this page over HTTPS, or on the same machine as localhost.'],
  unreachable: ['The relay cannot be reached', 'Check your connection. The relay may also be down for a moment.'],
  session_lost: ['The connection was away for too long', 'Your conversation has ended. You can start again at once.'],
  taken_over: ['This conversation goes on in another window', 'Only one window can hold it. You can start a new one here.'],
  media_unreachable: ['Picture and sound cannot get through',
    'A firewall between you and the relay may be blocking it. Try another network, or write instead.'],
  rate_limited: ['That was a little fast', 'Too many starts from your network. Wait a moment and try again.'],
  draining: ['The relay is going down for maintenance', 'It takes nobody new now. Please come back in a few minutes.'],
  overloaded: ['The relay is full at the moment', 'Please try again in a minute.'],
};

function onError(error) {
  if (body.dataset.view !== 'talk') {
    return;
  }
  if (error.code === 'rate_limited') {
    note('That was too fast. Wait a moment.');
  } else if (error.code === 'device_lost') {
    note('Your camera or microphone was disconnected. The stranger cannot see or hear it now.');
  } else if (error.code === 'text_too_long' || error.code === 'too_large') {
    note('That message was too long.');
  } else if (error.code !== 'bad_state') { // a message that crossed with the partner's leaving
    showProblem(error, restart);
  }
}

function showProblem(error, tryAgain) {
  const [title, text] = problems[error.code] ?? ['Something went wrong', error.message];
  const stream = client?.localStream;
  const device = ['camera_refused', 'no_device', 'device_busy', 'insecure_context'].includes(error.code);
  const wait = error.retryAfterSeconds ? ` About ${error.retryAfterSeconds} seconds.` : '';
  if (!device && client) {
    const old = client;
    client = new RelayClient(); // keeps the camera for the next try
    if (stream) {
      client.useStream(stream);
      old.useStream(new MediaStream());
    }
    old.close();
  }
  retry = tryAgain;
  $('problem-title').textContent = title;
  $('problem-text').textContent = text + wait;
  $('problem-other').hidden = mode === 'text' || !(device || error.code === 'media_unreachable');
  showLink('offline');
  show('problem');
}

$('problem-retry').addEventListener('click', () => retry?.());
$('problem-back').addEventListener('click', goToStart);
$('problem-other').addEventListener('click', () => {
  client?.close();
  mode = 'text';
  $('mode-text').checked = true;
  newClient();
  begin();
});

// ---- small things --------------------------------------------------------------------------------------------------------

function setModeClasses() {
  for (const view of [$('view-check'), $('view-talk')]) {
    view.classList.toggle('text', mode === 'text');
    view.classList.toggle('voice', mode === 'voice');
    view.classList.toggle('video', mode === 'video');
    view.classList.toggle('media', mode !== 'text');
  }
}

function stopMeters() {
  meters.forEach((meter) => meter.stop());
  meters = [];
}

// Back from the browser's page cache: the session was closed on leaving.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) {
    goToStart();
  }
});
