#!/bin/sh
# Builds the peer of the searching rows: FAISS from Debian's source package, as Debian's own build has no popcount instruction, and a small driver.
# Everything stays in the folder `built` beside this file, which is not tracked. Needs apt, g++ and python3; changes nothing of the system's.
set -eu
cd "$(dirname "$0")"
mkdir -p built/lists/partial built/cache/archives/partial
cd built
if [ ! -d source ]; then
  # The machine's own sources, asked for source packages.
  mkdir -p sources.d
  for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ ! -f "$list" ] || sed -n 's/^deb /deb-src /p' "$list" > "sources.d/$(basename "$list" .list).list"
  done
  for list in /etc/apt/sources.list.d/*.sources; do
    [ ! -f "$list" ] || sed 's/^Types:.*/Types: deb-src/' "$list" > "sources.d/$(basename "$list")"
  done
  apt="apt-get -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts=$PWD/sources.d -o Dir::State::lists=$PWD/lists -o Dir::Cache=$PWD/cache"
  $apt update
  $apt source --download-only faiss
  mkdir source
  tar -xf faiss_*.orig.tar.* -C source --strip-components=1
fi
# Only what binary indexes need; what the rest would need of BLAS is left out by the linker.
faiss=source/faiss
files="$faiss/IndexBinary.cpp $faiss/IndexBinaryFlat.cpp $faiss/IndexBinaryHash.cpp $faiss/IndexIDMap.cpp $faiss/Index.cpp
 $faiss/utils/hamming.cpp $faiss/utils/utils.cpp $faiss/utils/random.cpp $faiss/utils/Heap.cpp
 $faiss/impl/AuxIndexStructures.cpp $faiss/impl/FaissException.cpp $faiss/impl/IDSelector.cpp"
present=""
for file in $files; do [ -f "$file" ] && present="$present $file"; done
g++ -std=c++17 -O3 -mavx2 -mfma -mf16c -mpopcnt -fopenmp -DFINTEGER=int -ffunction-sections -fdata-sections -Isource \
  ../driver.cpp $present -Wl,--gc-sections -o driver
sed -n "s/.*VERSION \([0-9.]*\).*/\1/p" source/CMakeLists.txt | sed -n 2p > version
echo "built: $PWD/driver"
