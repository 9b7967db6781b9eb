/**
 * The reference client of Relay's pairing API v1. One file, no dependencies, no build step: copy it into an app.
 *
 * ```js
 * import { RelayClient } from './relay-client.js';
 *
 * const client = new RelayClient({ baseUrl: 'https://relay.example' });
 * client.addEventListener('stream', (e) => { video.srcObject = e.detail.stream; });
 * client.addEventListener('paired', () => console.log('say hello'));
 * client.addEventListener('chat', (e) => console.log('partner:', e.detail.text));
 * client.addEventListener('partnergone', () => client.next());
 * client.addEventListener('error', (e) => console.warn(e.detail.error.code));
 *
 * await client.connect();          // session and WebSocket
 * await client.enqueue('video');   // camera, one RTCPeerConnection for the whole visit, queue
 * // client.chat('hi'), client.next(), client.end(), client.close()
 * ```
 *
 * Three things are worth knowing.
 * - The peer connection goes to the relay, not to the partner. It is set up once and outlives every partner: after `next`
 *   the same remote tracks show somebody else, with no negotiation at all.
 * - The WebSocket may drop and come back within `limits.resumeSeconds`; the pair goes on meanwhile. Leaving the page
 *   closes it cleanly, and the partner knows at once.
 * - Nothing here throws strings: every failure is a {@link RelayError} with a stable `code`.
 *
 * Events (all are `CustomEvent`s; the shape of `detail` in braces):
 * - `connection`  `{connection}` the socket: `offline`, `connecting`, `online` or `reconnecting`
 * - `state`       `{state, previous, mode}` the session: see {@link SessionState}
 * - `paired`      `{pairRef, mode}` a partner is there
 * - `partnergone` `{}` the partner is not there any more; why is never told
 * - `chat`        `{text}` from the partner; plain text, never treat it as HTML
 * - `typing`      `{on}` the partner is typing
 * - `stream`      `{stream}` the remote MediaStream; once for each peer connection, not for each partner
 * - `media`       `{state, reason}` the media connection: `connecting`, `connected`, `restarting` or `closed`
 * - `stats`       {@link StatsSummary}, once a second while media is connected
 * - `notice`      `{code, seconds}` something the relay wants known: `draining` = it goes away in that many seconds
 * - `error`       `{error, re}` a {@link RelayError}; `re` is the id of the message that it answers, if any
 *
 * @module relay-client
 */

/** @typedef {'text' | 'voice' | 'video'} Mode */

/**
 * `closed` no session; `ready` a session without a partner; `preflight` waiting for the media connection; `queued` waiting
 * for a partner; `paired` with one.
 * @typedef {'closed' | 'ready' | 'preflight' | 'queued' | 'paired'} SessionState
 */

/**
 * @typedef {object} StreamStats One kind of media. Values that are not known (yet) are null.
 * @property {string | null} codecIn       what arrives, such as `VP8`
 * @property {string | null} codecOut      what is sent
 * @property {number | null} kbpsIn        payload bit rate since the last summary
 * @property {number | null} kbpsOut
 * @property {number | null} lossIn        share of packets lost on the way here since the last summary, 0 to 1
 * @property {number | null} lossOut       the same for the way to the relay, as the relay last reported it
 * @property {number | null} jitterMs
 * @property {number | null} fpsIn         video only
 * @property {number | null} fpsOut        video only
 * @property {{width: number, height: number} | null} sizeIn   video only
 * @property {{width: number, height: number} | null} sizeOut  video only
 */

/**
 * @typedef {object} StatsSummary
 * @property {number | null} rttMs           round trip to the relay
 * @property {string | null} transport       `udp`, `tcp` or `tls`, with `turn/` before it when relayed
 * @property {string | null} srtpCipher
 * @property {StreamStats} audio
 * @property {StreamStats | null} video      null in voice mode
 */

/**
 * A failure with a stable `code`. Made here: `camera_refused`, `no_device`, `device_busy`, `insecure_context`,
 * `device_lost`, `unreachable`, `session_lost`, `taken_over`, `media_unreachable`, `bad_state`. All others are the relay's own, among them
 * `rate_limited`, `draining`, `overloaded`, `media_required`, `mode_not_allowed`, `text_too_long`.
 */
export class RelayError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {{status?: number, retryAfterSeconds?: number, cause?: unknown}} [more]
   */
  constructor(code, message, more = {}) {
    super(message, { cause: more.cause });
    this.name = 'RelayError';
    this.code = code;
    /** The HTTP status, when the failure came with one. */
    this.status = more.status;
    /** How long to wait before another try, when the relay said so. */
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

const MESSAGE_BYTES_MAX = 16 * 1024;
const RECONNECT_FIRST_MS = 250;
const RECONNECT_MAX_MS = 5_000;
const PING_MAX_MS = 60_000;
const RESTART_AFTER_MS = 1_500;
const RESTART_MAX_MS = 8_000;
const REOPEN_ATTEMPTS_MAX = 3;
const CLOSE_LEFT = 1000;
const CLOSE_REPLACED = 4000; // not 1000 or 1001: those would leave the session
const CLOSE_GOING_AWAY = 1001;
const CLOSE_TAKEN_OVER = 4001;
/** Close codes of the relay after which the session cannot be resumed. */
const CLOSES_SESSION = [CLOSE_LEFT, 1003, 1009, 4029, 4400, 4404];

/** One visit to the relay: a session, its WebSocket, and at most one media connection at a time. */
export class RelayClient extends EventTarget {
  #options;
  #session = null;
  #socket = null;
  #socketTimer = 0;
  #reconnect = null;
  #watchdog = 0;
  #pingMs = 0;
  #pingAt = 0;
  #connection = 'offline';
  #state = 'closed';
  #mode = null;
  #pairRef = null;
  #typing = false;
  #nextId = 1;
  #localStream = null;
  #leg = null;
  #legOpening = null;
  #reopenAttempts = 0;
  #statsTimer = 0;
  #onPageHide = () => this.close();
  #onOnline = () => this.#networkChanged();

  /**
   * @param {object} [options]
   * @param {string} [options.baseUrl]           where the relay is; default: where the page came from
   * @param {Mode[]} [options.modes]             what this session may ask for; default: whatever the relay allows
   * @param {string} [options.locale]            such as `en`
   * @param {MediaTrackConstraints} [options.video]  what to ask of the camera
   * @param {MediaTrackConstraints} [options.audio]  what to ask of the microphone
   * @param {number} [options.videoMaxKbps]      upper bound for what is sent; default 1500
   * @param {number} [options.requestTimeoutMs]  for HTTP requests and the WebSocket's opening; default 10,000
   * @param {number} [options.mediaTimeoutMs]    for the first connection of media; default 15,000
   * @param {number} [options.statsIntervalMs]   0 switches the `stats` event off; default 1,000
   */
  constructor(options = {}) {
    super();
    this.#options = {
      baseUrl: globalThis.location?.origin,
      video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 }, facingMode: 'user' },
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      videoMaxKbps: 1500,
      requestTimeoutMs: 10_000,
      mediaTimeoutMs: 15_000,
      statsIntervalMs: 1_000,
      ...options,
    };
  }

  /** @returns {SessionState} */
  get state() { return this.#state; }
  /** The socket: `offline`, `connecting`, `online` or `reconnecting`. */
  get connection() { return this.#connection; }
  /** The mode last asked for. @returns {Mode | null} */
  get mode() { return this.#mode; }
  /** Names the present pair, the same for both sides; null without a partner. */
  get pairRef() { return this.#pairRef; }
  /** What the relay allows: `{chatMaxChars, resumeSeconds}`; null before `connect`. */
  get limits() { return this.#session?.limits ?? null; }
  /** Camera and microphone, or null. @returns {MediaStream | null} */
  get localStream() { return this.#localStream; }
  /** What the partner sends, or null while there is no media connection. @returns {MediaStream | null} */
  get remoteStream() { return this.#leg?.remoteStream ?? null; }
  /** The connection to the relay, for apps that want more than this class offers. @returns {RTCPeerConnection | null} */
  get peerConnection() { return this.#leg?.pc ?? null; }

  // ---- session -------------------------------------------------------------------------------------------------------

  /**
   * Creates the session and opens its socket. Resolves once the relay has said welcome.
   * @throws {RelayError} `unreachable`, `rate_limited`, `draining`, `overloaded`, ...
   */
  async connect() {
    if (this.#session) {
      return;
    }
    this.#setConnection('connecting');
    try {
      const body = {};
      if (this.#options.modes) { body.modes = this.#options.modes; }
      if (this.#options.locale) { body.locale = this.#options.locale; }
      const response = await this.#request('/v1/sessions', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      this.#session = await response.json();
      await this.#openSocket();
    } catch (error) {
      this.#forget();
      throw error;
    }
    globalThis.addEventListener?.('pagehide', this.#onPageHide);
    globalThis.addEventListener?.('online', this.#onOnline);
  }

  /** Leaves for good: the partner knows at once, camera and microphone are let go. */
  close() {
    if (this.#session) {
      if (this.#socket?.readyState === WebSocket.OPEN) {
        this.#socket.close(CLOSE_LEFT);
      } else {
        this.#socket?.close(CLOSE_LEFT);
        this.#request(`/v1/sessions/${this.#session.sessionId}`, { method: 'DELETE', keepalive: true }).catch(() => {});
      }
    }
    this.#forget();
    this.closeLocal();
  }

  #forget() {
    globalThis.removeEventListener?.('pagehide', this.#onPageHide);
    globalThis.removeEventListener?.('online', this.#onOnline);
    clearTimeout(this.#socketTimer);
    clearTimeout(this.#watchdog);
    this.#reconnect = null;
    this.#socket = null;
    this.#session = null;
    this.#typing = false;
    this.#reopenAttempts = 0;
    this.#closeLeg();
    this.#setConnection('offline');
    this.#setState('closed');
  }

  // ---- what a person does --------------------------------------------------------------------------------------------

  /**
   * Asks for a partner. For voice and video this opens camera, microphone and the media connection when they are not yet.
   * @param {Mode} mode
   * @throws {RelayError} what {@link openLocal} and {@link openMedia} throw
   */
  async enqueue(mode) {
    if (mode !== 'text') {
      await this.openMedia(mode);
    }
    this.#mode = mode;
    if (!this.#send('enqueue', { mode })) {
      throw new RelayError('unreachable', 'The connection to the relay is away.');
    }
    if (mode !== 'text') {
      this.#setState('preflight');
    }
  }

  /** Stops waiting. */
  cancel() { this.#send('cancel'); }

  /** Leaves the partner, if any, and waits for another one in the same mode. Instant while the media connection lives. */
  async next() {
    if (this.#mode && this.#mode !== 'text' && !this.#leg) {
      await this.openMedia(this.#mode);
    }
    if (this.#send('next') && this.#state === 'ready' && this.#leg && !this.#leg.connected) {
      this.#setState('preflight');
    }
  }

  /** Leaves the partner and stays unpaired. */
  end() { this.#send('end'); }

  /**
   * Writes to the partner.
   * @param {string} text at most `limits.chatMaxChars` characters
   * @returns {boolean} false when it could not be sent: no partner, no socket, or too long
   */
  chat(text) {
    if (this.#state !== 'paired' || text.length > (this.limits?.chatMaxChars ?? Infinity)) {
      return false;
    }
    this.#typing = false;
    return this.#send('chat', { text });
  }

  /** Tells the partner that something is being typed. Call it as often as you like; only changes are sent. */
  typing(on) {
    if (this.#state === 'paired' && this.#typing !== on && this.#send('typing', { on })) {
      this.#typing = on;
    }
  }

  // ---- camera and microphone -----------------------------------------------------------------------------------------

  /**
   * Opens camera and microphone (voice: the microphone alone), or switches to other devices. Nothing is sent yet.
   * @param {Mode} mode
   * @param {{cameraId?: string, microphoneId?: string}} [devices]
   * @returns {Promise<MediaStream>}
   * @throws {RelayError} `camera_refused`, `no_device`, `device_busy`, `insecure_context`
   */
  async openLocal(mode, devices = {}) {
    if (!globalThis.navigator?.mediaDevices?.getUserMedia) {
      throw new RelayError('insecure_context', 'Camera and microphone need a page served over HTTPS or from localhost.');
    }
    const video = mode === 'video' && { ...this.#options.video };
    const audio = { ...this.#options.audio };
    if (video && devices.cameraId) {
      delete video.facingMode;
      video.deviceId = { exact: devices.cameraId };
    }
    if (devices.microphoneId) { audio.deviceId = { exact: devices.microphoneId }; }
    const before = this.#localStream;
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio, video });
    } catch (cause) {
      throw deviceError(cause, mode);
    }
    for (const track of stream.getTracks()) {
      const old = before?.getTracks().find((t) => t.kind === track.kind);
      track.enabled = old?.enabled ?? true;
      track.addEventListener('ended', () => {
        this.#fail(new RelayError('device_lost', 'Camera or microphone was disconnected or taken away.'));
      });
    }
    this.#localStream = stream;
    await this.#leg?.replaceTracks(stream);
    before?.getTracks().forEach((track) => track.stop());
    return stream;
  }

  /** Uses a stream that the app opened itself instead of {@link openLocal}. */
  async useStream(stream) {
    this.#localStream = stream;
    await this.#leg?.replaceTracks(stream);
  }

  /** Lets camera and microphone go. */
  closeLocal() {
    this.#localStream?.getTracks().forEach((track) => track.stop());
    this.#localStream = null;
  }

  /** Mutes (false) or unmutes (true) the microphone; the connection stays as it is. */
  setMicrophone(on) { this.#localStream?.getAudioTracks().forEach((track) => { track.enabled = on; }); }

  /** Covers (false) or uncovers (true) the camera; the connection stays as it is. */
  setCamera(on) { this.#localStream?.getVideoTracks().forEach((track) => { track.enabled = on; }); }

  // ---- media connection ----------------------------------------------------------------------------------------------

  /**
   * Opens the one peer connection of this visit; does nothing when there is one that fits. {@link enqueue} calls it.
   * @param {'voice' | 'video'} mode
   * @throws {RelayError} device errors, `unreachable`, `media_in_use`, `media_not_supported`, ...
   */
  async openMedia(mode) {
    if (!this.#session) {
      throw new RelayError('bad_state', 'Connect first.');
    }
    if (this.#leg && (this.#leg.mode === mode || this.#leg.mode === 'video')) {
      return;
    }
    this.#mode = mode;
    if (!this.#localStream || (mode === 'video' && this.#localStream.getVideoTracks().length === 0)) {
      await this.openLocal(mode);
    }
    this.#legOpening ??= this.#replaceLeg(mode).finally(() => { this.#legOpening = null; });
    await this.#legOpening;
  }

  /** Makes a new leg and lets the old one go only when the relay has taken the new one. */
  async #replaceLeg(mode) {
    const session = this.#session;
    const leg = new MediaLeg({
      mode,
      stream: this.#localStream,
      iceServers: session.iceServers,
      videoMaxKbps: this.#options.videoMaxKbps,
      timeoutMs: this.#options.mediaTimeoutMs,
      request: (init) => this.#request(`/v1/sessions/${session.sessionId}/media`, {
        ...init,
        headers: { ...init.headers, Authorization: `Bearer ${session.token}` },
      }),
      onState: (state, reason) => this.#onLegState(leg, state, reason),
    });
    try {
      await leg.open();
    } catch (error) {
      leg.close();
      throw error;
    }
    if (this.#session !== session) {
      leg.close();
      throw new RelayError('bad_state', 'The session was closed meanwhile.');
    }
    this.#leg?.close();
    this.#leg = leg;
    this.#emit('stream', { stream: leg.remoteStream });
    this.#emit('media', { state: 'connecting' });
    this.#startStats();
  }

  #onLegState(leg, state, reason) {
    if (leg !== this.#leg) {
      return;
    }
    if (state === 'connected') {
      this.#reopenAttempts = 0;
    }
    this.#emit('media', { state, reason });
    if (state === 'closed') {
      this.#closeLeg();
      this.#reopenLeg(reason);
    }
  }

  /** A leg that ended although it is wanted: make another one, a few times. */
  async #reopenLeg(reason) {
    const wanted = this.#mode !== 'text' && (this.#state === 'preflight' || this.#state === 'queued');
    if (!wanted || !this.#session) {
      return;
    }
    if (reason === 'unreachable' || ++this.#reopenAttempts > REOPEN_ATTEMPTS_MAX) {
      this.#fail(new RelayError('media_unreachable',
        'Audio and video cannot reach the relay. A firewall may be blocking UDP.'));
      return;
    }
    await sleep(RECONNECT_FIRST_MS * 2 ** this.#reopenAttempts);
    if (this.#session && !this.#leg) {
      try {
        await this.openMedia(this.#mode);
      } catch (error) {
        this.#fail(error);
      }
    }
  }

  /** The relay wants the leg elsewhere (on another worker): a fresh offer, the same camera. */
  async #renewLeg() {
    try {
      this.#legOpening ??= this.#replaceLeg(this.#leg?.mode ?? this.#mode).finally(() => { this.#legOpening = null; });
      await this.#legOpening;
    } catch (error) {
      // A partner was found meanwhile: then the old leg is the right one.
      if (error.code !== 'media_in_use' && error.code !== 'bad_state') {
        this.#fail(error);
      }
    }
  }

  #closeLeg() {
    clearInterval(this.#statsTimer);
    this.#leg?.close();
    this.#leg = null;
  }

  /**
   * What the connection is doing now.
   * @returns {Promise<StatsSummary | null>} null without a media connection
   */
  async getStats() {
    return this.#leg ? this.#leg.stats() : null;
  }

  #startStats() {
    clearInterval(this.#statsTimer);
    if (this.#options.statsIntervalMs > 0) {
      this.#statsTimer = setInterval(async () => {
        const leg = this.#leg;
        const stats = await this.getStats().catch(() => null);
        if (stats && leg === this.#leg) {
          this.#emit('stats', stats);
        }
      }, this.#options.statsIntervalMs);
    }
  }

  // ---- socket --------------------------------------------------------------------------------------------------------

  /** Opens a socket; resolves at `welcome`. A second socket of a session takes over from the first. */
  #openSocket() {
    const url = new URL(this.#session.ws, this.#options.baseUrl);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    url.searchParams.set('token', this.#session.token);
    const socket = new WebSocket(url);
    this.#socket = socket;
    return new Promise((resolve, reject) => {
      let welcome = false;
      const lost = (code) => {
        clearTimeout(this.#socketTimer);
        if (this.#socket !== socket) {
          reject(new RelayError('unreachable', 'The connection was replaced.'));
          return;
        }
        this.#socket = null;
        reject(new RelayError('unreachable', 'The relay cannot be reached.'));
        if (welcome) {
          this.#onSocketLost(code);
        }
      };
      this.#socketTimer = setTimeout(() => {
        lost(0);
        socket.close(CLOSE_REPLACED);
      }, this.#options.requestTimeoutMs);
      socket.onclose = (event) => lost(event.code);
      socket.onmessage = (event) => {
        if (this.#socket !== socket) {
          return;
        }
        const message = parseMessage(event.data);
        if (message?.t === 'welcome') {
          welcome = true;
          clearTimeout(this.#socketTimer);
          this.#onWelcome(message.d);
          resolve();
        } else if (message) {
          this.#onMessage(message);
        }
      };
    });
  }

  #onSocketLost(code) {
    clearTimeout(this.#watchdog);
    if (code === CLOSE_TAKEN_OVER) {
      this.#lose(new RelayError('taken_over', 'This conversation goes on in another window.'));
    } else if (code === CLOSE_GOING_AWAY) {
      this.#lose(new RelayError('draining', 'The relay is shutting down.'));
    } else if (CLOSES_SESSION.includes(code)) {
      this.#lose(new RelayError('session_lost', 'The relay has ended this session.'));
    } else if (!this.#reconnect) {
      const resumeMs = (this.limits?.resumeSeconds ?? 30) * 1000;
      this.#reconnect = { attempt: 0, refusals: 0, until: Date.now() + resumeMs, wake: null };
      this.#setConnection('reconnecting');
      this.#tryReconnect(this.#reconnect);
    }
  }

  /** Tries until the relay says welcome, which ends the run, or until there is nothing left to resume. */
  async #tryReconnect(run) {
    while (run === this.#reconnect) {
      try {
        await this.#openSocket();
        return;
      } catch {
        // Told below.
      }
      // A browser does not say why a socket was refused. If HTTP works, the session is what is missing.
      const reachable = await this.#request('/v1/status', {}).then(() => true, () => false);
      if (run !== this.#reconnect) {
        return;
      }
      run.refusals = reachable ? run.refusals + 1 : 0;
      if (run.refusals >= 2 || Date.now() >= run.until) {
        this.#lose(reachable
          ? new RelayError('session_lost', 'The connection was away for too long.')
          : new RelayError('unreachable', 'The relay cannot be reached.'));
        return;
      }
      const ceiling = Math.min(RECONNECT_FIRST_MS * 2 ** run.attempt++, RECONNECT_MAX_MS);
      await new Promise((resolve) => {
        run.wake = resolve;
        setTimeout(resolve, ceiling * (0.5 + Math.random() / 2));
      });
    }
  }

  /** The session is over although nobody here wanted that. */
  #lose(error) {
    const wasPaired = this.#state === 'paired';
    this.#forget();
    if (wasPaired) {
      this.#emit('partnergone', {});
    }
    this.#fail(error);
  }

  /** The browser is back on a network: the old socket may be dead without knowing it. */
  #networkChanged() {
    if (this.#reconnect) {
      this.#reconnect.attempt = 0;
      this.#reconnect.wake?.();
    } else if (this.#socket) {
      const old = this.#socket;
      this.#socket = null;
      this.#onSocketLost(0);
      old.close(CLOSE_REPLACED);
    }
    this.#leg?.networkChanged();
  }

  #onWelcome(d) {
    const wasPaired = this.#state === 'paired';
    const pairBefore = this.#pairRef;
    this.#reconnect = null;
    this.#typing = false;
    this.#pingAt = 0;
    this.#setConnection('online');
    this.#mode = d.mode ?? this.#mode;
    this.#pairRef = d.state === 'paired' ? d.pairRef : null;
    this.#setState(d.state);
    // What happened while the socket was away.
    if (wasPaired && this.#pairRef !== pairBefore) {
      this.#emit('partnergone', {});
    }
    if (d.state === 'paired' && (!wasPaired || this.#pairRef !== pairBefore)) {
      this.#emit('paired', { pairRef: this.#pairRef, mode: this.#mode });
    }
  }

  #onMessage({ t, d }) {
    switch (t) {
      case 'queued':
        this.#mode = d.mode;
        this.#setState('queued');
        break;
      case 'paired':
        this.#typing = false;
        this.#pairRef = d.pairRef;
        this.#setState('paired');
        this.#emit('paired', { pairRef: d.pairRef, mode: d.mode });
        break;
      case 'idle':
        this.#setState('ready');
        break;
      case 'partner.gone':
        this.#setState('ready');
        this.#emit('partnergone', {});
        break;
      case 'chat':
        this.#emit('chat', { text: String(d.text) });
        break;
      case 'typing':
        this.#emit('typing', { on: Boolean(d.on) });
        break;
      case 'media':
        this.#onMediaMessage(d);
        break;
      case 'notice':
        this.#emit('notice', d);
        break;
      case 'error':
        this.#onErrorMessage(d);
        break;
      case 'ping':
        this.#send('pong');
        this.#onPing();
        break;
      default:
        break; // a later relay may say more
    }
  }

  #onMediaMessage(d) {
    if (d.state === 'renew') {
      if (d.iceServers && this.#session) { this.#session.iceServers = d.iceServers; }
      this.#renewLeg();
    } else if (d.state === 'closed' && this.#leg && !this.#legOpening) {
      this.#onLegState(this.#leg, 'closed', d.reason ?? 'closed');
    }
  }

  #onErrorMessage(d) {
    if (this.#state === 'preflight' && ['media_required', 'mode_not_allowed', 'draining', 'overloaded'].includes(d.code)) {
      this.#setState('ready');
    }
    this.#fail(new RelayError(d.code, d.detail ?? d.code), d.re);
  }

  /** Learns the relay's ping rhythm; a socket that misses it is dead, whatever the operating system believes. */
  #onPing() {
    const now = performance.now();
    if (this.#pingAt) {
      this.#pingMs = Math.min(Math.max(this.#pingMs, now - this.#pingAt), PING_MAX_MS);
    }
    this.#pingAt = now;
    clearTimeout(this.#watchdog);
    if (this.#pingMs > 0) {
      this.#watchdog = setTimeout(() => this.#networkChanged(), this.#pingMs * 2.5 + 5_000);
    }
  }

  #send(t, d) {
    const text = JSON.stringify({ t, id: this.#nextId, ...(d && { d }) });
    if (this.#socket?.readyState !== WebSocket.OPEN || this.#connection !== 'online') {
      return false;
    }
    if (text.length > MESSAGE_BYTES_MAX) {
      return false;
    }
    this.#nextId++;
    this.#socket.send(text);
    return true;
  }

  // ---- small things --------------------------------------------------------------------------------------------------

  async #request(path, init) {
    let response;
    try {
      response = await fetch(new URL(path, this.#options.baseUrl), {
        cache: 'no-store',
        credentials: 'omit',
        signal: AbortSignal.timeout(this.#options.requestTimeoutMs),
        ...init,
      });
    } catch (cause) {
      throw new RelayError('unreachable', 'The relay cannot be reached.', { cause });
    }
    if (response.ok) {
      return response;
    }
    const problem = await response.json().catch(() => ({}));
    const code = problem.code ?? (response.status === 502 || response.status === 504 ? 'unreachable' : `http_${response.status}`);
    throw new RelayError(code, problem.detail ?? problem.title ?? `The relay answered ${response.status}.`, {
      status: response.status,
      retryAfterSeconds: Number(response.headers.get('Retry-After')) || undefined,
    });
  }

  #setState(state) {
    if (state !== 'paired') {
      this.#pairRef = null;
    }
    const previous = this.#state;
    if (state !== previous) {
      this.#state = state;
      this.#emit('state', { state, previous, mode: this.#mode });
    }
  }

  #setConnection(connection) {
    if (connection !== this.#connection) {
      this.#connection = connection;
      this.#emit('connection', { connection });
    }
  }

  #fail(error, re) { this.#emit('error', { error, re }); }

  #emit(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}

/** One peer connection to the relay: negotiated once, repaired by ICE restarts. */
class MediaLeg {
  #options;
  #answer = null;
  #connected = false;
  #closed = false;
  #restarting = false;
  #restartTimer = 0;
  #restartAttempts = 0;
  #connectTimer = 0;
  #before = new Map();

  constructor(options) {
    this.#options = options;
    this.mode = options.mode;
    // The relay is ICE-lite: it learns our address from our checks, so nothing waits for candidates.
    this.pc = new RTCPeerConnection({ iceServers: options.iceServers ?? [], bundlePolicy: 'max-bundle' });
    const streams = [options.stream];
    this.audio = this.pc.addTransceiver(options.stream.getAudioTracks()[0] ?? 'audio', { direction: 'sendrecv', streams });
    this.video = options.mode !== 'video' ? null
      : this.pc.addTransceiver(options.stream.getVideoTracks()[0] ?? 'video', {
        direction: 'sendrecv',
        streams,
        sendEncodings: [{ maxBitrate: options.videoMaxKbps * 1000 }],
      });
    // The receivers' tracks stay the same for every partner, so the stream is built once.
    this.remoteStream = new MediaStream([this.audio, this.video].filter(Boolean).map((t) => t.receiver.track));
    this.pc.addEventListener('iceconnectionstatechange', () => this.#onIceState());
    this.pc.addEventListener('connectionstatechange', () => this.#onConnectionState());
  }

  /** Whether media has ever got through. */
  get connected() { return this.#connected; }

  async open() {
    await this.pc.setLocalDescription();
    const response = await this.#options.request({
      method: 'POST',
      headers: { 'Content-Type': 'application/sdp' },
      body: this.pc.localDescription.sdp,
    });
    this.#answer = await response.text();
    if (this.#closed) {
      return;
    }
    await this.pc.setRemoteDescription({ type: 'answer', sdp: this.#answer });
    this.#connectTimer = setTimeout(() => {
      if (!this.#connected) { this.#end('unreachable'); }
    }, this.#options.timeoutMs);
  }

  async replaceTracks(stream) {
    await this.audio.sender.replaceTrack(stream.getAudioTracks()[0] ?? null);
    await this.video?.sender.replaceTrack(stream.getVideoTracks()[0] ?? null);
  }

  networkChanged() {
    if (this.#connected && this.pc.iceConnectionState !== 'connected' && this.pc.iceConnectionState !== 'completed') {
      this.#restart();
    }
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#connectTimer);
    clearTimeout(this.#restartTimer);
    this.pc.close();
  }

  #end(reason) {
    if (!this.#closed) {
      this.close();
      this.#options.onState('closed', reason);
    }
  }

  #onConnectionState() {
    if (this.pc.connectionState === 'connected') {
      this.#connected = true;
      clearTimeout(this.#connectTimer);
      this.#options.onState('connected');
    } else if (this.pc.connectionState === 'failed' && this.pc.iceConnectionState !== 'failed') {
      this.#end('dtls_failed');
    }
  }

  #onIceState() {
    const state = this.pc.iceConnectionState;
    clearTimeout(this.#restartTimer);
    if (state === 'connected' || state === 'completed') {
      this.#restartAttempts = 0;
    } else if (state === 'failed') {
      this.#restart();
    } else if (state === 'disconnected') {
      // Often a short radio gap that heals by itself.
      this.#restartTimer = setTimeout(() => this.#restart(), RESTART_AFTER_MS);
    }
  }

  /** New ICE credentials for the same connection: DTLS, SRTP, SSRCs and the partner all stay (RFC 9725, section 4.3). */
  async #restart() {
    if (this.#restarting || this.#closed || !this.#answer) {
      return;
    }
    this.#restarting = true;
    this.#options.onState('restarting');
    try {
      await this.pc.setLocalDescription(await this.pc.createOffer({ iceRestart: true }));
      const response = await this.#options.request({
        method: 'PATCH',
        headers: { 'Content-Type': 'application/trickle-ice-sdpfrag' },
        body: fragmentOf(this.pc.localDescription.sdp),
      });
      const answer = withFragment(this.#answer, await response.text());
      await this.pc.setRemoteDescription({ type: 'answer', sdp: answer });
      this.#answer = answer;
    } catch (error) {
      if (!this.#closed && this.pc.signalingState === 'have-local-offer') {
        await this.pc.setLocalDescription({ type: 'rollback' }).catch(() => {});
      }
      if (error.status === 404 || error.status === 401 || error.status === 409) {
        this.#end('gone');
      }
    } finally {
      this.#restarting = false;
    }
    if (!this.#closed) {
      const wait = Math.min(RESTART_AFTER_MS * 2 ** this.#restartAttempts++, RESTART_MAX_MS);
      this.#restartTimer = setTimeout(() => {
        const state = this.pc.iceConnectionState;
        if (state !== 'connected' && state !== 'completed') { this.#restart(); }
      }, wait);
    }
  }

  async stats() {
    const report = await this.pc.getStats();
    const all = [...report.values()];
    const transport = all.find((s) => s.type === 'transport');
    const pair = report.get(transport?.selectedCandidatePairId)
      ?? all.find((s) => s.type === 'candidate-pair' && s.nominated && s.state === 'succeeded');
    const local = report.get(pair?.localCandidateId);
    const summary = {
      rttMs: pair?.currentRoundTripTime === undefined ? null : Math.round(pair.currentRoundTripTime * 1000),
      transport: local ? (local.relayProtocol ? `turn/${local.relayProtocol}` : local.protocol) : null,
      srtpCipher: transport?.srtpCipher ?? null,
      audio: this.#streamStats(report, all, 'audio'),
      video: this.video ? this.#streamStats(report, all, 'video') : null,
    };
    return summary;
  }

  #streamStats(report, all, kind) {
    const inbound = all.find((s) => s.type === 'inbound-rtp' && s.kind === kind);
    const outbound = all.find((s) => s.type === 'outbound-rtp' && s.kind === kind);
    const remote = report.get(outbound?.remoteId) ?? all.find((s) => s.type === 'remote-inbound-rtp' && s.kind === kind);
    const codec = (s) => report.get(s?.codecId)?.mimeType.split('/')[1] ?? null;
    const size = (s) => (s?.frameWidth ? { width: s.frameWidth, height: s.frameHeight } : null);
    const lost = this.#delta(inbound, 'packetsLost');
    const got = this.#delta(inbound, 'packetsReceived');
    return {
      codecIn: codec(inbound),
      codecOut: codec(outbound),
      kbpsIn: this.#rate(inbound, 'bytesReceived'),
      kbpsOut: this.#rate(outbound, 'bytesSent'),
      lossIn: got === null || got + lost <= 0 ? null : Math.max(0, lost / (got + lost)),
      lossOut: remote?.fractionLost ?? null,
      jitterMs: inbound?.jitter === undefined ? null : Math.round(inbound.jitter * 1000),
      fpsIn: inbound?.framesPerSecond ?? null,
      fpsOut: outbound?.framesPerSecond ?? null,
      sizeIn: size(inbound),
      sizeOut: size(outbound),
    };
  }

  /** How much a counter grew since it was last asked for; null the first time. */
  #delta(stat, name) {
    if (stat?.[name] === undefined) {
      return null;
    }
    const key = `${stat.id}.${name}`;
    const before = this.#before.get(key);
    this.#before.set(key, { value: stat[name], at: stat.timestamp, ms: stat.timestamp - (before?.at ?? 0) });
    return before ? stat[name] - before.value : null;
  }

  #rate(stat, name) {
    const bytes = this.#delta(stat, name);
    const ms = this.#before.get(`${stat?.id}.${name}`)?.ms;
    return bytes === null || !(ms > 0) ? null : Math.round(bytes * 8 / ms);
  }
}

/** What to tell the relay in an ICE restart: the new credentials in the frame that RFC 8840, section 9 asks for. */
function fragmentOf(sdp) {
  const line = (prefix) => sdp.match(new RegExp(`^${prefix}.*$`, 'm'))?.[0].trim();
  const wanted = ['a=group:BUNDLE', 'm=', 'a=mid:', 'a=ice-ufrag:', 'a=ice-pwd:'];
  return wanted.map(line).filter(Boolean).map((text) => `${text}\r\n`).join('');
}

/** The earlier answer with the relay's new credentials and candidates in the place of the old ones. */
function withFragment(answer, fragment) {
  const lines = fragment.split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
  const ufrag = lines.find((line) => line.startsWith('a=ice-ufrag:'));
  const pwd = lines.find((line) => line.startsWith('a=ice-pwd:'));
  const candidates = [...new Set(lines.filter((line) => line.startsWith('a=candidate:')))];
  if (!ufrag || !pwd) {
    throw new RelayError('bad_answer', 'The relay answered an ICE restart without credentials.');
  }
  const out = [];
  let placed = false;
  for (const line of answer.split(/\r?\n/)) {
    if (line.startsWith('a=ice-ufrag:')) {
      out.push(ufrag);
    } else if (line.startsWith('a=ice-pwd:')) {
      out.push(pwd);
    } else if (candidates.length === 0 || !/^a=(candidate:|end-of-candidates)/.test(line)) {
      out.push(line);
    }
    if (!placed && line.startsWith('a=mid:')) {
      placed = true; // the first m-section carries the bundle
      out.push(...candidates);
    }
  }
  return out.join('\r\n');
}

function deviceError(cause, mode) {
  const what = mode === 'video' ? 'camera and microphone' : 'microphone';
  switch (cause?.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return new RelayError('camera_refused', `The browser was not allowed to use ${what}.`, { cause });
    case 'NotFoundError':
    case 'OverconstrainedError':
      return new RelayError('no_device', `No ${mode === 'video' ? 'camera or microphone' : 'microphone'} was found.`, { cause });
    default:
      return new RelayError('device_busy', `The ${what} could not be started. Another program may be using it.`, { cause });
  }
}

function parseMessage(data) {
  try {
    const message = JSON.parse(data);
    return typeof message?.t === 'string' ? { d: {}, ...message } : null;
  } catch {
    return null;
  }
}

function sleep(ms) { return new Promise((resolve) => { setTimeout(resolve, ms); }); }
