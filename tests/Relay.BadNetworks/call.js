// One side of a measured call: through the relay with its reference client, or straight to the other browser. It shows
// the partner's picture and writes down when each frame was shown and what the connection's counters were.
const constraints = {
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  video: { width: { ideal: 480 }, height: { ideal: 360 }, frameRate: { ideal: 20 } },
};
const videoMaxKbps = 1000;
const sampleMs = 200;
const video = document.getElementById('remote');
const frames = []; // when each was shown
const samples = [];
let pc = null;

function show(stream) {
  video.srcObject = stream;
  const onFrame = (now) => {
    frames.push(now);
    video.requestVideoFrameCallback(onFrame);
  };
  video.requestVideoFrameCallback(onFrame);
}

const showReceived = () => show(new MediaStream(pc.getReceivers().map((receiver) => receiver.track)));

async function sample() {
  if (!pc) { return; }
  const all = [...(await pc.getStats()).values()];
  const find = (type, kind) => all.find((r) => r.type === type && r.kind === kind) ?? {};
  const out = find('outbound-rtp', 'video');
  const into = find('inbound-rtp', 'video');
  const voice = find('outbound-rtp', 'audio');
  const heard = find('inbound-rtp', 'audio');
  samples.push({
    at: performance.now(),
    sentBytes: [out, voice].reduce((sum, r) => sum + (r.bytesSent ?? 0) + (r.headerBytesSent ?? 0), 0),
    sentPackets: (out.packetsSent ?? 0) + (voice.packetsSent ?? 0),
    resent: out.retransmittedPacketsSent ?? 0,
    framesSent: out.framesEncoded ?? 0,
    keyFramesSent: out.keyFramesEncoded ?? 0,
    keyFramesAsked: (out.pliCount ?? 0) + (out.firCount ?? 0),
    height: out.frameHeight ?? 0,
    framesDecoded: into.framesDecoded ?? 0,
    jitterBufferMs: (into.jitterBufferDelay ?? 0) * 1000,
    jitterBufferFrames: into.jitterBufferEmittedCount ?? 0,
    concealed: heard.concealedSamples ?? 0,
    heard: heard.totalSamplesReceived ?? 0,
  });
}
setInterval(sample, sampleMs);

/** The description with all candidates in it, so that the two sides need no trickling. */
async function gathered() {
  await pc.setLocalDescription();
  if (pc.iceGatheringState !== 'complete') {
    await new Promise((resolve) => {
      pc.addEventListener('icegatheringstatechange', () => { if (pc.iceGatheringState === 'complete') { resolve(); } });
    });
  }
  return pc.localDescription.sdp;
}

async function limitRate(sender) {
  const parameters = sender.getParameters();
  parameters.encodings[0].maxBitrate = videoMaxKbps * 1000;
  await sender.setParameters(parameters);
}

window.call = {
  /** Into the relay's queue, to be paired with whoever else is there. */
  async relay() {
    const { RelayClient } = await import('/relay-client.js');
    const client = new RelayClient({ ...constraints, videoMaxKbps, statsIntervalMs: 0 });
    client.addEventListener('stream', (e) => show(e.detail.stream));
    await client.connect();
    await client.enqueue('video');
    pc = client.peerConnection;
  },

  /** A direct call is offered by one side, */
  async offer() {
    const stream = await navigator.mediaDevices.getUserMedia(constraints);
    pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    stream.getTracks().forEach((track) => pc.addTrack(track, stream));
    showReceived();
    return gathered();
  },

  /** accepted by the other, */
  async accept(offer) {
    const stream = await navigator.mediaDevices.getUserMedia(constraints);
    pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    stream.getTracks().forEach((track) => pc.addTrack(track, stream));
    await pc.setRemoteDescription({ type: 'offer', sdp: offer });
    showReceived();
    const answer = await gathered();
    await limitRate(pc.getSenders().find((sender) => sender.track.kind === 'video'));
    return answer;
  },

  /** and completed by the first. */
  async complete(answer) {
    await pc.setRemoteDescription({ type: 'answer', sdp: answer });
    await limitRate(pc.getSenders().find((sender) => sender.track.kind === 'video'));
  },

  framesShown: () => frames.length,

  /** The page's clock, after a sample was taken. */
  async mark() {
    await sample();
    return samples.at(-1).at;
  },

  /** Everything since a mark, as JSON. */
  since: (mark) => JSON.stringify({ frames: frames.filter((at) => at >= mark), samples: samples.filter((s) => s.at >= mark) }),

  dump: () => JSON.stringify({
    state: pc?.connectionState,
    ice: pc?.iceConnectionState,
    frames: frames.length,
    last: samples.at(-1),
    local: pc?.localDescription?.sdp,
    remote: pc?.remoteDescription?.sdp,
  }),
};
