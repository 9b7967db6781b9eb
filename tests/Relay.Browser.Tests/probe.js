// Runs in every page of the browser tests before the page's own scripts. It only watches: what the page negotiates, what
// it says and hears on its socket, and what colour the partner's picture has.
(() => {
  const probe = {
    peers: [],      // {pc, offers, answers, tracks, dtls}
    messages: [],   // {out, t, at}
    frames: [],     // {at, received, decoding, rgb}: the partner's last frames as shown
    posts: 0,
  };
  window.relayProbe = probe;
  const framesMax = 900;
  const remember = (list, entry, max) => {
    list.push(entry);
    if (list.length > max) { list.shift(); }
  };

  const NativePeer = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends NativePeer {
    constructor(...args) {
      super(...args);
      this.seen = { pc: this, offers: 0, answers: 0, tracks: 0 };
      probe.peers.push(this.seen);
      this.addEventListener('track', () => { this.seen.tracks++; });
    }
    async setLocalDescription(...args) { this.seen.offers++; return super.setLocalDescription(...args); }
    async setRemoteDescription(...args) { this.seen.answers++; return super.setRemoteDescription(...args); }
  };

  const NativeSocket = window.WebSocket;
  window.WebSocket = class extends NativeSocket {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', (e) => {
        remember(probe.messages, { out: false, t: JSON.parse(e.data).t, text: e.data, at: performance.now() }, 5000);
      });
    }
    send(data) {
      remember(probe.messages, { out: true, t: JSON.parse(data).t, text: data, at: performance.now() }, 5000);
      super.send(data);
    }
  };

  const nativeFetch = window.fetch;
  window.fetch = (input, init) => {
    if (init?.method === 'POST' && String(input).endsWith('/media')) { probe.posts++; }
    return nativeFetch(input, init);
  };

  // The colour of the picture's middle, straight from the decoded frame: drawing it on a canvas would cost more than decoding.
  const planes = new Uint8Array(64);
  async function sample(video) {
    const frame = new VideoFrame(video);
    try {
      const rect = { x: (frame.codedWidth >> 2) * 2, y: (frame.codedHeight >> 2) * 2, width: 2, height: 2 };
      const layout = await frame.copyTo(planes, { rect });
      const y = planes[layout[0].offset] - 16;
      const u = planes[layout[1].offset] - 128;
      const v = planes[layout[1].offset + (frame.format === 'NV12' ? 1 : layout[2].offset - layout[1].offset)] - 128;
      return [1.164 * y + 1.596 * v, 1.164 * y - 0.392 * u - 0.813 * v, 1.164 * y + 2.017 * u]
        .map((value) => Math.max(0, Math.min(255, Math.round(value))));
    } finally {
      frame.close();
    }
  }
  addEventListener('DOMContentLoaded', () => {
    const video = document.getElementById('remote');
    const onFrame = (_, frame) => {
      const at = performance.now();
      const received = frame.receiveTime ?? at;
      const decoding = (frame.processingDuration ?? 0) * 1000;
      sample(video).then((rgb) => remember(probe.frames, { at, received, decoding, rgb }, framesMax));
      video.requestVideoFrameCallback(onFrame);
    };
    video?.requestVideoFrameCallback(onFrame);
  });

  const latest = () => probe.peers.at(-1);
  probe.transport = () => latest()?.pc.getSenders()[0]?.transport ?? null;
  probe.remember = () => { probe.kept = { pc: latest().pc, dtls: probe.transport(), ice: probe.transport().iceTransport }; };
  const pairText = (pair) => pair && `${pair.local.address}:${pair.local.port} ${pair.remote.address}:${pair.remote.port}`;

  // What must not change when the partner does.
  probe.connection = () => {
    const peer = latest();
    const dtls = probe.transport();
    return {
      peers: probe.peers.length,
      posts: probe.posts,
      offers: peer.offers,
      answers: peer.answers,
      tracks: peer.tracks,
      samePeer: !probe.kept || probe.kept.pc === peer.pc,
      sameDtls: !probe.kept || probe.kept.dtls === dtls,
      sameIce: !probe.kept || probe.kept.ice === dtls.iceTransport,
      dtlsState: dtls.state,
      signalingState: peer.pc.signalingState,
      pair: pairText(dtls.iceTransport.getSelectedCandidatePair()),
    };
  };

  // From the last `next` that was sent to the first frame after it with the wanted colour (index into rgb), in ms.
  probe.nextToFrame = (colour) => {
    const next = probe.messages.filter((m) => m.out && m.t === 'next').at(-1);
    const paired = next && probe.messages.find((m) => !m.out && m.t === 'paired' && m.at > next.at);
    const frame = paired && probe.frames.find((f) => f.at > next.at && isColour(f.rgb, colour));
    return frame ? { frame: frame.at - next.at, paired: paired.at - next.at, received: frame.received - next.at, decoding: frame.decoding } : null;
  };
  const isColour = (rgb, i) => rgb.every((v, j) => j === i || rgb[i] > v + 50);
  probe.isColour = isColour;

  probe.inbound = async () => {
    const found = { audioEnergy: 0, audioLevel: 0, audioBytes: 0, framesDecoded: 0, width: 0, height: 0, keyFrames: 0, at: performance.now() };
    const peer = latest();
    if (!peer) { return found; }
    for (const s of (await peer.pc.getStats()).values()) {
      if (s.type === 'inbound-rtp' && s.kind === 'audio') {
        found.audioEnergy = s.totalAudioEnergy ?? 0;
        found.audioLevel = s.audioLevel ?? 0;
        found.audioBytes = s.bytesReceived;
      } else if (s.type === 'inbound-rtp' && s.kind === 'video') {
        found.framesDecoded = s.framesDecoded ?? 0;
        found.keyFrames = s.keyFramesDecoded ?? 0;
        found.width = s.frameWidth ?? 0;
        found.height = s.frameHeight ?? 0;
      } else if (s.type === 'transport') {
        found.srtpCipher = s.srtpCipher ?? null;
      }
    }
    return found;
  };

  // What the sender's bandwidth estimator makes of the feedback, and what reports say.
  probe.outbound = async () => {
    const found = { availableBitsPerSecond: 0, fractionLost: 0, roundTripSeconds: 0 };
    const peer = latest();
    if (!peer) { return found; }
    for (const s of (await peer.pc.getStats()).values()) {
      if (s.type === 'candidate-pair' && s.nominated) {
        found.availableBitsPerSecond = Math.max(found.availableBitsPerSecond, s.availableOutgoingBitrate ?? 0);
      } else if (s.type === 'remote-inbound-rtp' && s.kind === 'video') {
        found.fractionLost = s.fractionLost ?? 0;
        found.roundTripSeconds = s.roundTripTime ?? 0;
      }
    }
    return found;
  };

  // Which way media takes, as the selected candidate pair tells.
  probe.path = async () => {
    const report = await latest().pc.getStats();
    const transport = [...report.values()].find((s) => s.type === 'transport');
    const pair = report.get(transport?.selectedCandidatePairId);
    const local = report.get(pair?.localCandidateId);
    return pair ? {
      isRelayed: local.candidateType === 'relay',
      protocol: local.protocol,
      relayProtocol: local.relayProtocol ?? null,
      remoteProtocol: report.get(pair.remoteCandidateId).protocol,
      roundTripMilliseconds: pair.currentRoundTripTime * 1000,
    } : null;
  };

  // Whether every section of the answer agreed on transport-wide congestion control.
  probe.hasTransportCc = () => latest().pc.remoteDescription.sdp.split('\r\nm=').slice(1)
    .every((m) => m.includes(' transport-cc\r\n') && m.includes('-transport-wide-cc-extensions-01'));

  // Which tone the partner's microphone plays: the strongest frequency in a second of sound, in Hz.
  probe.tone = async () => {
    const audio = new AudioContext();
    await audio.resume();
    const source = audio.createMediaStreamSource(document.getElementById('remote').srcObject);
    const analyser = audio.createAnalyser();
    analyser.fftSize = 8192;
    analyser.smoothingTimeConstant = 0;
    source.connect(analyser);
    const bins = new Float32Array(analyser.frequencyBinCount);
    const peak = { hz: 0, db: -Infinity };
    for (let i = 0; i < 20; i++) {
      await new Promise((resolve) => { setTimeout(resolve, 60); });
      analyser.getFloatFrequencyData(bins);
      bins.forEach((db, bin) => {
        if (db > peak.db) { peak.db = db; peak.hz = bin * audio.sampleRate / analyser.fftSize; }
      });
    }
    await audio.close();
    return peak;
  };

  probe.dump = async () => {
    const stats = [];
    for (const peer of probe.peers) {
      stats.push({ ...peer, pc: undefined, ice: peer.pc.iceConnectionState, connection: peer.pc.connectionState });
      if (peer.pc.connectionState !== 'closed') {
        for (const s of (await peer.pc.getStats()).values()) {
          if (/^(inbound-rtp|outbound-rtp|transport|candidate-pair|remote-inbound-rtp|local-candidate|remote-candidate)$/.test(s.type)) { stats.push(s); }
        }
      }
    }
    return {
      view: document.body.dataset.view,
      phase: document.body.dataset.phase,
      problem: document.getElementById('problem-title').textContent,
      messages: probe.messages.slice(-40).map((m) => `${Math.round(m.at)} ${m.out ? '>' : '<'} ${m.t}`),
      frames: probe.frames.slice(-3),
      stats,
      offer: probe.peers.at(-1)?.pc.localDescription?.sdp,
      answer: probe.peers.at(-1)?.pc.remoteDescription?.sdp,
    };
  };
})();
