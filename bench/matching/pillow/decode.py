"""A side of M-9: decodes a JPEG file to RGB as HMA's hasher does, with Pillow.

Reads lines of `<file> <seconds>` and answers each with pictures per second of processor time.
"""
import sys
import time

from PIL import Image


def decode(path):
    with Image.open(path) as picture:
        return picture.convert("RGB").tobytes()


print("ready", flush=True)
for line in sys.stdin:
    path, seconds = line.rsplit(" ", 1)
    until = time.monotonic() + float(seconds)
    began = time.process_time()
    pictures = 0
    while True:
        decode(path)
        pictures += 1
        if time.monotonic() >= until:
            break
    print(pictures / (time.process_time() - began), flush=True)
