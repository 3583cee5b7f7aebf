#!/bin/sh
# Makes the peer that decodes in M-9: Pillow in a virtual environment of its own, in the folder `built` beside this file, which is not tracked.
# Needs python3 and a package index that pip knows; changes nothing of the system's.
set -eu
cd "$(dirname "$0")"
python3 -m venv built
built/bin/pip install --quiet --only-binary :all: "pillow==12.3.0"
echo "built: $PWD/built"
