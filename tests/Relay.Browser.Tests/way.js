// Runs in a page before probe.js when a test lets media take one way only: window.relayWay = {server, dropsUdp}.
// server: a regular expression for the URLs of iceServers; with it no other way than through such a TURN server is left.
// Without it there is no TURN. dropsUdp: the relay's UDP candidates do not reach the page.
(() => {
  const way = window.relayWay;
  if (!way) { return; }

  const server = way.server && new RegExp(way.server);
  const forced = (configuration = {}) => (!server ? { ...configuration, iceServers: [] } : {
    ...configuration,
    iceTransportPolicy: 'relay',
    iceServers: configuration.iceServers.map((s) => ({ ...s, urls: [s.urls].flat().filter((url) => server.test(url)) })),
  });
  const described = (description) => (!way.dropsUdp ? description : {
    ...description,
    sdp: description.sdp.replace(/a=candidate:\S+ \d+ udp .*\r\n/gi, ''),
  });
  const NativePeer = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends NativePeer {
    constructor(configuration) { super(forced(configuration)); }
    async setRemoteDescription(description) { return super.setRemoteDescription(described(description)); }
  };
})();
