// Meta's reference hasher as a side of the comparison. It reads RGB pictures from one file, and says hash and quality of each, or how long one takes:
//   meta-pdq hashes FILE            a line for each picture: hash quality
//   meta-pdq us FILE PICTURE MS     the shortest of many times for one picture, in microseconds: luma and hash
// The file: for each picture width and height as 32-bit numbers, then its pixels.
#include <pdq/cpp/hashing/pdqhashing.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

using namespace facebook::pdq::hashing;

struct Picture {
  uint32_t width, height;
  std::vector<uint8_t> rgb;
};

struct Hashed {
  Hash256 hash;
  int quality;
};

static Hashed hashed(Picture& picture, std::vector<float>& one, std::vector<float>& two) {
  static float a[64][64], t[16][64], b[16][16];
  uint8_t* rgb = picture.rgb.data();
  const int rows = picture.height, columns = picture.width;
  fillFloatLumaFromRGB(rgb, rgb + 1, rgb + 2, rows, columns, 3 * columns, 3, one.data());
  Hashed out;
  pdqHash256FromFloatLuma(one.data(), two.data(), rows, columns, a, t, b, out.hash, out.quality);
  return out;
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  std::vector<Picture> pictures;
  std::ifstream file(argv[2], std::ios::binary);
  for (Picture next; file.read(reinterpret_cast<char*>(&next.width), 8);) {
    next.rgb.resize(size_t{3} * next.width * next.height);
    if (!file.read(reinterpret_cast<char*>(next.rgb.data()), next.rgb.size())) return 3;
    pictures.push_back(next);
  }
  size_t most = 0;
  for (const auto& picture : pictures) most = std::max(most, picture.rgb.size() / 3);
  std::vector<float> one(most), two(most);
  if (std::string(argv[1]) == "hashes") {
    for (auto& picture : pictures) {
      const auto out = hashed(picture, one, two);
      std::cout << out.hash.format() << ' ' << out.quality << '\n';
    }
    return 0;
  }
  if (argc < 5) return 2;
  using clock = std::chrono::steady_clock;
  auto& picture = pictures.at(std::atoi(argv[3]));
  const auto until = clock::now() + std::chrono::milliseconds(std::atoi(argv[4]));
  double least = 1e18;
  do {
    const auto begun = clock::now();
    hashed(picture, one, two);
    least = std::min(least, std::chrono::duration<double, std::micro>(clock::now() - begun).count());
  } while (clock::now() < until);
  std::cout << least << '\n';
}
