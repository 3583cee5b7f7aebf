// The peer of the searching rows: FAISS as HMA builds it. `driver flat|multihash HASHES QUERIES CHECKED` reads 32-byte hashes, builds the index, prints
// one line with how long that took, how much memory it holds, and for each of the first CHECKED queries how many rows are within 31 bits. Then it reads
// seconds from its input and answers each line with queries per second, one query a call.
#include <faiss/IndexBinaryFlat.h>
#include <faiss/IndexBinaryHash.h>
#include <faiss/IndexIDMap.h>
#include <faiss/impl/AuxIndexStructures.h>
#include <omp.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

using Bytes = std::vector<uint8_t>;
using Clock = std::chrono::steady_clock;

static Bytes read(const char* path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    Bytes bytes(file.tellg());
    file.seekg(0);
    file.read(reinterpret_cast<char*>(bytes.data()), bytes.size());
    return bytes;
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

// FAISS means "less than" its radius: 32 is within 31.
static size_t found(const faiss::IndexBinary& index, const uint8_t* query) {
    faiss::RangeSearchResult result(1);
    index.range_search(1, query, 32, &result);
    return result.lims[1];
}

int main(int argc, char** argv) {
    if (argc != 5) return 2;
    omp_set_num_threads(1);
    const Bytes queries = read(argv[3]);
    const size_t count = queries.size() / 32;
    const size_t checked = std::stoul(argv[4]);
    std::unique_ptr<faiss::IndexBinary> index;
    std::unique_ptr<faiss::IndexBinary> inner;
    double buildSeconds;
    long bytes;
    {
        const long before = residentBytes();
        Bytes hashes = read(argv[2]);
        const faiss::IndexBinary::idx_t rows = hashes.size() / 32;
        std::vector<faiss::IndexBinary::idx_t> ids(rows);
        for (faiss::IndexBinary::idx_t row = 0; row < rows; row++) ids[row] = row;
        const long own = residentBytes();
        const auto start = Clock::now();
        if (std::string(argv[1]) == "flat") {
            auto flat = std::make_unique<faiss::IndexBinaryFlat>(256);
            flat->add(rows, hashes.data());
            index = std::move(flat);
        } else {
            auto hash = std::make_unique<faiss::IndexBinaryMultiHash>(256, 16, 16);
            hash->nflip = 1;
            auto named = std::make_unique<faiss::IndexBinaryIDMap2>(hash.get());
            named->add_with_ids(rows, hashes.data(), ids.data());
            inner = std::move(hash);
            index = std::move(named);
        }
        buildSeconds = since(start);
        bytes = residentBytes() - own;
        (void)before;
    }
    std::printf("{\"buildSeconds\":%.3f,\"bytes\":%ld,\"found\":[", buildSeconds, bytes);
    for (size_t i = 0; i < checked; i++) std::printf(i ? ",%zu" : "%zu", found(*index, &queries[32 * i]));
    std::printf("]}\n");
    std::fflush(stdout);
    double seconds;
    size_t at = 0;
    while (std::cin >> seconds) {
        const auto start = Clock::now();
        size_t asked = 0;
        while (since(start) < seconds) {
            found(*index, &queries[32 * (at++ % count)]);
            asked++;
        }
        std::printf("{\"perSecond\":%.3f}\n", asked / since(start));
        std::fflush(stdout);
    }
}
