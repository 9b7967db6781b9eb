#!/usr/bin/env python3
"""Makes the VP8 test vectors of this folder and vectors.tsv.

Needs ffmpeg, vpxenc (vpx-tools) and cwebp (webp). A name says how a vector was made; see README.md. The luma of each is hashed
as libvpx decodes it and as ffmpeg's own decoder does, and the two must agree.
"""
import hashlib
import os
import struct
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))

SOURCES = {
    "testsrc": "testsrc=size={}:rate=5",
    "mandelbrot": "mandelbrot=size={}:rate=5:start_scale=0.02",
    "noise": "nullsrc=size={}:rate=5,geq=random(1)*255:128:128",
    "flat": "color=gray:size={}:rate=5",
}

# Name: source, size, options of vpxenc.
VPXENC = {
    "one-pixel": ("noise", "1x1", "--min-q=4 --max-q=20"),
    "one-macroblock": ("mandelbrot", "16x16", "--min-q=4 --max-q=20"),
    "one-row": ("noise", "17x1", "--min-q=20 --max-q=40"),
    "one-column": ("testsrc", "9x67", "--min-q=10 --max-q=30"),
    "odd-small": ("mandelbrot", "33x17", "--min-q=4 --max-q=12"),
    "odd": ("testsrc", "175x143", "--min-q=20 --max-q=40"),
    "flat": ("flat", "175x143", "--min-q=20 --max-q=40"),
    "finest": ("testsrc", "64x64", "--min-q=0 --max-q=8"),
    "coarsest": ("mandelbrot", "175x143", "--min-q=55 --max-q=63 --undershoot-pct=0"),
    "noise-fine": ("noise", "33x17", "--min-q=0 --max-q=8"),
    "noise-coarse": ("noise", "175x143", "--min-q=50 --max-q=63"),
    "partitions-2": ("mandelbrot", "175x143", "--token-parts=1 --min-q=30 --max-q=45"),
    "partitions-4": ("testsrc", "175x143", "--token-parts=2 --min-q=30 --max-q=45"),
    "partitions-8": ("mandelbrot", "175x143", "--token-parts=3 --min-q=30 --max-q=45"),
    "partitions-8-of-2-rows": ("testsrc", "33x17", "--token-parts=3 --min-q=10 --max-q=30"),
    "profile-1": ("mandelbrot", "175x143", "--profile=1 --min-q=40 --max-q=55"),
    "profile-2": ("testsrc", "175x143", "--profile=2 --min-q=40 --max-q=55"),
    "profile-3": ("mandelbrot", "175x143", "--profile=3 --min-q=40 --max-q=55 --token-parts=1"),
    "sharpness-1": ("mandelbrot", "175x143", "--sharpness=1 --min-q=50 --max-q=63"),
    "sharpness-4": ("testsrc", "175x143", "--sharpness=4 --min-q=50 --max-q=63"),
    "sharpness-5": ("mandelbrot", "175x143", "--sharpness=5 --min-q=50 --max-q=63 --profile=1"),
    "sharpness-7": ("testsrc", "175x143", "--sharpness=7 --min-q=50 --max-q=63"),
    "static-thresh": ("testsrc", "175x143", "--static-thresh=1000 --min-q=20 --max-q=40"),
    "noise-sensitivity": ("noise", "64x64", "--noise-sensitivity=3 --min-q=20 --max-q=40"),
    "real-time": ("testsrc", "175x143", "--rt --cpu-used=12 --error-resilient=3 --target-bitrate=200 --min-q=2 --max-q=56"),
    "screen": ("testsrc", "175x143", "--rt --screen-content-mode=2 --min-q=20 --max-q=50"),
    "best": ("mandelbrot", "175x143", "--best --min-q=20 --max-q=40 --tune=ssim"),
    "wide": ("testsrc", "401x33", "--min-q=30 --max-q=50"),
    "high": ("mandelbrot", "31x399", "--min-q=30 --max-q=50 --token-parts=2"),
    "camera": ("testsrc", "640x480", "--rt --cpu-used=4 --min-q=20 --max-q=56 --target-bitrate=300"),
}

# Name: source, size, options of cwebp.
CWEBP = {
    "segments-1": ("mandelbrot", "175x143", "-segments 1 -q 50"),
    "segments-2": ("testsrc", "175x143", "-segments 2 -q 40 -sns 100"),
    "segments-3": ("mandelbrot", "175x143", "-segments 3 -q 30 -sns 80"),
    "segments-4": ("testsrc", "175x143", "-segments 4 -q 20 -sns 100"),
    "segments-4-fine": ("mandelbrot", "64x64", "-segments 4 -q 95 -sns 100"),
    "filter-strong": ("mandelbrot", "175x143", "-strong -f 100 -q 10"),
    "filter-simple": ("testsrc", "175x143", "-nostrong -f 100 -q 10"),
    "filter-sharp": ("mandelbrot", "175x143", "-strong -f 60 -sharpness 7 -q 20"),
    "filter-simple-sharp": ("testsrc", "175x143", "-nostrong -f 60 -sharpness 4 -q 20"),
    "filter-none": ("mandelbrot", "33x17", "-f 0 -q 60"),
    "filter-auto": ("noise", "64x64", "-af -q 30"),
    "method-0": ("testsrc", "175x143", "-m 0 -q 60"),
    "method-6": ("mandelbrot", "175x143", "-m 6 -pass 4 -q 60"),
    "partition-limit": ("noise", "64x64", "-partition_limit 100 -q 40"),
    "one-pixel-webp": ("noise", "1x1", "-q 80"),
    "photo": ("noise", "33x17", "-preset photo -q 100"),
}


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **options).stdout


def source(folder, name, size, kind):
    path = os.path.join(folder, f"{name}-{size}.{kind}")
    if not os.path.exists(path):
        run("ffmpeg", "-y", "-f", "lavfi", "-i", SOURCES[name].format(size), "-frames:v", "1", "-pix_fmt",
            "yuv420p" if kind == "y4m" else "rgb24", path)
    return path


def frame_of(path):
    with open(path, "rb") as file:
        data = file.read()
    return data[20:20 + struct.unpack("<I", data[16:20])[0]] if path.endswith(".webp") else data


def ivf(frame, width, height):
    return (b"DKIF" + struct.pack("<HH4sHHIIII", 0, 32, b"VP80", width, height, 5, 1, 1, 0)
            + struct.pack("<IQ", len(frame), 0) + frame)


def luma(folder, frame, width, height, decoder):
    path = os.path.join(folder, "frame.ivf")
    with open(path, "wb") as file:
        file.write(ivf(frame, width, height))
    pixels = run("ffmpeg", "-c:v", decoder, "-i", path, "-vf", "extractplanes=y", "-f", "rawvideo", "-")
    assert len(pixels) == width * height, (path, len(pixels))
    return hashlib.sha256(pixels).hexdigest()


def main():
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (kind, size, options) in VPXENC.items():
            encoded = os.path.join(folder, "encoded.ivf")
            run("vpxenc", "--codec=vp8", "--ivf", "--passes=1", "--limit=1", "-t", "1", "-y", "--end-usage=vbr", *options.split(),
                "-o", encoded, source(folder, kind, size, "y4m"))
            with open(encoded, "rb") as file, open(os.path.join(HERE, name + ".vp8"), "wb") as out:
                out.write(file.read()[44:])
            lines.append(name + ".vp8")
        for name, (kind, size, options) in CWEBP.items():
            run("cwebp", *options.split(), source(folder, kind, size, "png"), "-o", os.path.join(HERE, name + ".webp"))
            lines.append(name + ".webp")
        with open(os.path.join(HERE, "vectors.tsv"), "w", encoding="ascii") as table:
            for name in lines:
                frame = frame_of(os.path.join(HERE, name))
                width, height = (value & 0x3FFF for value in struct.unpack("<HH", frame[6:10]))
                hashes = {luma(folder, frame, width, height, decoder) for decoder in ("libvpx", "vp8")}
                assert len(hashes) == 1, name
                table.write(f"{name}\t{width}\t{height}\t{hashes.pop()}\n")


main()
