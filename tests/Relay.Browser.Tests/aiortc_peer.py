"""A second client implementation: speaks Relay's pairing API with aiortc and the Python standard library.

Prints one JSON object per line: {"event": ...}. The last one, "result", says what was received from the partner.
Usage: aiortc_peer.py http://127.0.0.1:8080 [--seconds 5] [--rgb 30,60,220] [--hz 1300]
"""
import argparse
import asyncio
import base64
import fractions
import json
import math
import os
import struct
import sys
import urllib.parse
import urllib.request

import av
import numpy
from aiortc import RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError

WIDTH, HEIGHT, RATE = 640, 480, 48000


def tell(event, **more):
    print(json.dumps({"event": event, **more}), flush=True)


class Colour(VideoStreamTrack):
    """One colour in the middle, moving stripes above and below."""

    def __init__(self, rgb):
        super().__init__()
        self.rgb, self.count = rgb, 0

    async def recv(self):
        pts, time_base = await self.next_timestamp()
        pixels = numpy.empty((HEIGHT, WIDTH, 3), numpy.uint8)
        pixels[:] = self.rgb
        stripes = ((numpy.arange(WIDTH) + 8 * self.count) // 40) % 2 * 20
        for rows in (slice(0, HEIGHT // 3), slice(2 * HEIGHT // 3, HEIGHT)):
            pixels[rows] = numpy.minimum(255, pixels[rows] + stripes[None, :, None]).astype(numpy.uint8)
        self.count += 1
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Tone(AudioStreamTrack):
    def __init__(self, hz):
        super().__init__()
        self.hz, self.position, self.start = hz, 0, None

    async def recv(self):
        loop = asyncio.get_running_loop()
        samples = RATE // 50
        self.start = self.start or loop.time()
        await asyncio.sleep(max(0, self.start + self.position / RATE - loop.time()))
        t = (numpy.arange(samples) + self.position) / RATE
        wave = (12000 * numpy.sin(2 * math.pi * self.hz * t)).astype(numpy.int16)
        frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self.position, fractions.Fraction(1, RATE)
        self.position += samples
        return frame


class Received:
    """What arrived since the pairing."""

    def __init__(self):
        self.frames, self.size, self.rgb = 0, None, None
        self.samples, self.energy = 0, 0.0

    async def watch(self, track):
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:  # the track ended
                return
            if track.kind == "video":
                self.frames += 1
                self.size = [frame.width, frame.height]
                pixels = frame.to_ndarray(format="rgb24")
                h, w = pixels.shape[:2]
                self.rgb = [int(v) for v in pixels[h * 9 // 20:h * 11 // 20, w * 9 // 20:w * 11 // 20].mean(axis=(0, 1))]
            else:
                wave = frame.to_ndarray().astype(float) / 32768
                self.samples += wave.size
                self.energy += float((wave ** 2).sum())


class Socket:
    """RFC 6455, client side, text frames: as much as the API needs."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, url):
        parts = urllib.parse.urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        key = base64.b64encode(os.urandom(16)).decode()
        writer.write((f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\n"
                      f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise RuntimeError(head.decode(errors="replace"))
        return cls(reader, writer)

    def _frame(self, opcode, payload):
        mask = os.urandom(4)
        size = bytes([0x80 | len(payload)]) if len(payload) < 126 else bytes([0x80 | 126]) + struct.pack("!H", len(payload))
        body = bytes(b ^ mask[i % 4] for i, b in enumerate(payload))
        self.writer.write(bytes([0x80 | opcode]) + size + mask + body)

    def send(self, t, **d):
        message = {"t": t, **({"d": d} if d else {})}
        self._frame(1, json.dumps(message).encode())

    async def receive(self):
        """The next message; None when the relay closed the socket."""
        while True:
            first, second = await self.reader.readexactly(2)
            size = second & 0x7F
            if size == 126:
                size = struct.unpack("!H", await self.reader.readexactly(2))[0]
            payload = await self.reader.readexactly(size)
            if first & 0xF == 1:
                return json.loads(payload)
            if first & 0xF == 8:
                return None
            if first & 0xF == 9:
                self._frame(10, payload)

    async def close(self):
        self._frame(8, struct.pack("!H", 1000))
        await self.writer.drain()
        self.writer.close()


def request(method, url, body, content_type, token=None):
    headers = {"Content-Type": content_type, **({"Authorization": f"Bearer {token}"} if token else {})}
    call = urllib.request.Request(url, data=body.encode(), method=method, headers=headers)
    try:
        with urllib.request.urlopen(call, timeout=10) as response:
            return response.read().decode()
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{method} {url}: {error.code} {error.read().decode(errors='replace')}") from error


async def run(options):
    base = options.relay.rstrip("/")
    session = json.loads(request("POST", base + "/v1/sessions", "{}", "application/json"))
    token = session["token"]
    socket = await Socket.open(f"{base}{session['ws']}?token={urllib.parse.quote(token)}")

    pc, received, tasks = RTCPeerConnection(), Received(), []
    pc.addTrack(Tone(options.hz))
    pc.addTrack(Colour([int(v) for v in options.rgb.split(",")]))
    pc.on("track", lambda track: tasks.append(asyncio.ensure_future(received.watch(track))))
    pc.on("connectionstatechange", lambda: tell("connection", state=pc.connectionState))
    await pc.setLocalDescription(await pc.createOffer())
    answer = await asyncio.to_thread(
        request, "POST", f"{base}/v1/sessions/{session['sessionId']}/media", pc.localDescription.sdp, "application/sdp", token)
    await pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    socket.send("enqueue", mode="video")

    done, texts, gone = None, [], False
    reading = asyncio.ensure_future(socket.receive())
    while True:
        await asyncio.wait([reading, *([done] if done else [])], return_when=asyncio.FIRST_COMPLETED)
        if done and done.done():
            break
        message = reading.result()
        if message is None:
            break
        reading = asyncio.ensure_future(socket.receive())
        t, d = message["t"], message.get("d", {})
        tell("message", t=t, d=d)
        if t == "ping":
            socket.send("pong")
        elif t == "paired":
            socket.send("chat", text="hello from aiortc")
            done = asyncio.ensure_future(asyncio.sleep(options.seconds))
        elif t == "chat":
            texts.append(d["text"])
        elif t == "partner.gone":
            gone = True
        elif t == "error":
            raise RuntimeError(message)
    tell("result", frames=received.frames, size=received.size, rgb=received.rgb, energy=received.energy,
         samples=received.samples, texts=texts, gone=gone)
    await socket.close()
    for task in [reading, *tasks]:
        if task.done() and not task.cancelled() and task.exception():
            tell("broken", detail=repr(task.exception()))
        task.cancel()
    await pc.close()


parser = argparse.ArgumentParser()
parser.add_argument("relay")
parser.add_argument("--seconds", type=float, default=5)
parser.add_argument("--rgb", default="30,60,220")
parser.add_argument("--hz", type=int, default=1300)
try:
    asyncio.run(run(parser.parse_args()))
except Exception as failure:
    tell("failed", detail=repr(failure))
    sys.exit(1)
