// Meta's two indexes as peers of the searching rows. `meta-index flat|mih HASHES QUERIES CHECKED` reads 32-byte hashes, builds the index, prints one line
// with how long that took, how much memory it holds, and for each of the first CHECKED queries how many rows are within 31 bits. Then it reads seconds
// from its input and answers each line with queries per second: one query a call, but eight a call of the flat scan, which is made for eight.
#include <pdq/cpp/index/flat.h>
#include <pdq/cpp/index/mih.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

using facebook::pdq::hashing::Hash256;
using facebook::pdq::index::Flat;
using facebook::pdq::index::MIH256;
using Clock = std::chrono::steady_clock;
using Hashes = std::vector<Hash256>;

static const int WITHIN = 31;
static const size_t AT_ONCE = 8;

// Which bytes make which word is the same for all hashes, and to a distance it is nothing.
static Hashes read(const char* path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  Hashes hashes(static_cast<size_t>(file.tellg()) / 32);
  file.seekg(0);
  char bytes[32];
  for (auto& hash : hashes) {
    file.read(bytes, 32);
    std::memcpy(hash.w, bytes, 32);
  }
  return hashes;
}

static long residentBytes() {
  std::ifstream file("/proc/self/statm");
  long pages = 0;
  file >> pages >> pages;
  return pages * 4096;
}

static double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// How many rows are near each of up to eight queries, from one of them on.
using Search = std::function<std::vector<size_t>(const Hash256*, size_t)>;

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const bool isFlat = std::string(argv[1]) == "flat";
  const Hashes queries = read(argv[3]);
  const size_t checked = std::min<size_t>(std::stoul(argv[4]), queries.size());
  Hashes hashes = read(argv[2]);
  MIH256<uint32_t> mih;
  const long before = residentBytes();
  const auto start = Clock::now();
  if (!isFlat) {
    for (size_t row = 0; row < hashes.size(); row++) mih.insert(hashes[row], static_cast<uint32_t>(row));
    Hashes().swap(hashes);
  }
  const double buildSeconds = since(start);
  // The flat scan reads the hashes where they lie.
  const long bytes = isFlat ? static_cast<long>(32 * hashes.size()) : residentBytes() - before;
  const Search search = [&](const Hash256* first, size_t count) {
    std::vector<size_t> found(count, 0);
    if (isFlat) {
      std::array<Hash256, AT_ONCE> needles;
      for (size_t i = 0; i < AT_ONCE; i++) needles[i] = first[std::min(i, count - 1)];
      std::vector<std::pair<size_t, size_t>> matches;
      Flat(needles).queryAll(hashes.data(), hashes.size(), WITHIN, matches);
      for (const auto& match : matches)
        if (match.second < count) found[match.second]++;
    } else {
      std::vector<std::pair<Hash256, uint32_t>> matches;
      for (size_t i = 0; i < count; i++) {
        matches.clear();
        mih.queryAll(first[i], WITHIN, matches);
        found[i] = matches.size();
      }
    }
    return found;
  };
  const size_t step = isFlat ? AT_ONCE : 1;
  std::printf("{\"buildSeconds\":%.3f,\"bytes\":%ld,\"found\":[", buildSeconds, bytes);
  for (size_t at = 0; at < checked; at += step) {
    const auto found = search(&queries[at], std::min(step, checked - at));
    for (size_t i = 0; i < found.size(); i++) std::printf(at + i ? ",%zu" : "%zu", found[i]);
  }
  std::printf("]}\n");
  std::fflush(stdout);
  double seconds;
  size_t at = 0;
  while (std::cin >> seconds) {
    const auto begun = Clock::now();
    size_t asked = 0;
    do {
      if (at + step > queries.size()) at = 0;
      search(&queries[at], step);
      at += step;
      asked += step;
    } while (since(begun) < seconds);
    std::printf("{\"perSecond\":%.3f}\n", asked / since(begun));
    std::fflush(stdout);
  }
}
